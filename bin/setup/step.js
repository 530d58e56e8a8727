/**
 * Does one step of the set-up and says so in one line with its time. On standard error: standard output belongs to the
 * command.
 *
 * @template T
 * @param {string} label - what is being done, e.g. `installing the locked dependencies`
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(label, work) {
  const startedMs = performance.now();
  process.stderr.write(`meridian: ${label} … `);
  try {
    const result = await work();
    process.stderr.write(`${((performance.now() - startedMs) / 1000).toFixed(1)} s\n`);
    return result;
  } catch (error) {
    process.stderr.write('failed\n');
    throw error;
  }
}
