import type { WorldLinkQuality } from '../../protocol/admin.ts';

/** Players' links in a line: `42 ms, 5% above 88 ms · 6.4 kB/s each · 3 on less (level 1: 2, 4: 1)`. */
export function linkWords(links: WorldLinkQuality): string {
  const { rttP50Ms, rttP95Ms, levels, sentBytesPerPlayerPerSecond } = links;
  const throttled = levels.slice(1).reduce((sum, players) => sum + players, 0);
  const kilobytes = (sentBytesPerPlayerPerSecond / 1_000).toFixed(1);
  return [
    `${Math.round(rttP50Ms)} ms, 5% above ${Math.round(rttP95Ms)} ms`,
    `${kilobytes} kB/s each`,
    ...(throttled === 0 ? [] : [`${throttled} on less (level ${levelWords(levels)})`]),
  ].join(' · ');
}

/** `1: 2, 4: 1`: which levels below the best have players, and how many. */
function levelWords(levels: readonly number[]): string {
  return levels
    .flatMap((players, level) => (level === 0 || players === 0 ? [] : [`${level}: ${players}`]))
    .join(', ');
}
