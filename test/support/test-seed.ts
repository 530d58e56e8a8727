/**
 * Seed of everything random in this run. The run prints it in its first line; `MERIDIAN_TEST_SEED=<it> npx vitest run …`
 * repeats the run.
 */
export const testSeed = Number(process.env['MERIDIAN_TEST_SEED'] ?? 1);
