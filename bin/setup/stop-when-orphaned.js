/** How often to look for the parent, in ms. A look costs a system call. */
const LOOK_EVERY_MS = 250;

/**
 * Set by `relay` for its child: somebody above already watches. Not `MERIDIAN_…`: the server takes those for settings.
 */
export const RELAYED = '_MERIDIAN_RELAYED';

/**
 * Whether npm's shell stands between this process and whoever wants to stop it. npm passes a SIGTERM to that shell, the shell
 * dies of it, and the program it ran is left alone with its port still open.
 */
export function isBehindNpm() {
  return process.env['npm_lifecycle_event'] !== undefined && process.env[RELAYED] === undefined;
}

/** Behind npm, takes the loss of the parent for the SIGTERM that did not arrive. */
export function stopWhenOrphaned() {
  if (!isBehindNpm() || process.platform === 'win32') return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, LOOK_EVERY_MS);
  watch.unref();
}
