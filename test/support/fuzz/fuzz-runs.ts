/** How often each property of a fuzz test is tried; `MERIDIAN_FUZZ_RUNS=500` for a night of it. */
export const FUZZ_RUNS = Number(process.env['MERIDIAN_FUZZ_RUNS'] ?? 4);
