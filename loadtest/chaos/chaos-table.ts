import type { Verdict } from './judges/invariants.ts';
import type { StageSecond } from './stage.ts';

/** Breaches shown per invariant; the report has all. */
const BREACHES_SHOWN = 3;

/** One line per second of a run, and what was done in it. */
export function secondLine({ at, seated, searching, ended, states, events }: StageSecond): string {
  const line = [
    `${String(at).padStart(4)} s`,
    `${String(seated).padStart(5)} playing`,
    `${String(searching).padStart(4)} searching`,
    ...(ended > 0 ? [`${ended} without a room`] : []),
    `${String(states).padStart(6)} states/s`,
  ].join('  ');
  return events.length === 0 ? line : `${line}  ◀ ${events.join('; ')}`;
}

/** The verdicts for people: a line per invariant, with the first breaches below it. */
export function verdictTable(verdicts: readonly Verdict[]): string {
  const titleWidth = Math.max(...verdicts.map(({ title }) => title.length));
  return verdicts
    .flatMap(({ id, title, breaches }) => [
      `${id.padEnd(6)} ${title.padEnd(titleWidth)}  ${breaches.length === 0 ? 'kept' : `BROKEN ${breaches.length} ×`}`,
      ...breaches.slice(0, BREACHES_SHOWN).map((breach) => `         ${breach}`),
      ...(breaches.length > BREACHES_SHOWN
        ? [`         … and ${breaches.length - BREACHES_SHOWN} more`]
        : []),
    ])
    .join('\n');
}
