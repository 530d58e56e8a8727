/**
 * Whether tests of the API run against a game whose services have processes of their own (`MERIDIAN_TEST_SPLIT=1`), instead of one process.
 * What only looks inside that one process is skipped then, by `test.skipIf(isSplit)`.
 */
export const isSplit = process.env['MERIDIAN_TEST_SPLIT'] === '1';
