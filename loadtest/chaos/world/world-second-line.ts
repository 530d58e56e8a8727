import type { WorldSecond } from './world-stage.ts';

/** One line per second of a run, and what was done in it. */
export function worldSecondLine(second: WorldSecond): string {
  const { at, entered, waiting, matched, seated, searching, events } = second;
  const line = [
    `${String(at).padStart(4)} s`,
    `${String(entered).padStart(3)} entered`,
    `${String(waiting).padStart(3)} waiting`,
    `${String(matched).padStart(3)} matched`,
    ...(seated + searching > 0 ? [`${seated} bots play, ${searching} search`] : []),
  ].join('  ');
  return events.length === 0 ? line : `${line}  ◀ ${events.join('; ')}`;
}
