const TENTHS_BELOW_MS = 10_000;

/** `1:05`, and `9.4` in the last ten seconds. */
export function clockText(leftMs: number): string {
  const ms = Math.max(0, leftMs);
  if (ms < TENTHS_BELOW_MS) return (Math.floor(ms / 100) / 10).toFixed(1);
  const seconds = Math.ceil(ms / 1_000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
