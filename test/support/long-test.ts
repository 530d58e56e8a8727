import { test } from 'vitest';

/** Whether this run has the time for tests of minutes (`MERIDIAN_TEST_LONG=1`). What they show in large, others show in small. */
export const isLong = process.env['MERIDIAN_TEST_LONG'] === '1';

/** `test`, for these: skipped, and named, in every other run. */
export const longTest = test.skipIf(!isLong);
