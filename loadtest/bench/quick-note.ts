/** What the report of a shortened bench says of itself. */
export const QUICK_NOTE = 'Quick: one short turn; figures named quick_* are estimates.';
