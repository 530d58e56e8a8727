import type { Evidence } from '../evidence/evidence.ts';
import type { Stay } from '../evidence/stay.ts';
import { PROMISES } from './promises.ts';

/** [CH-6] A room's clock never runs backwards, goes on during an outage, and what is due at a time comes due once. */
export function judgeRoomTime(evidence: Evidence): string[] {
  const backwards = evidence.stays.flatMap(({ bot, roomId, faults }) =>
    faults
      .filter(({ kind }) => kind === 'clock-back' || kind === 'tick-back')
      .map(({ kind, detail }) => `bot ${bot} in ${roomId}: ${kind}, ${detail}`),
  );
  const rooms = Map.groupBy(evidence.stays, ({ roomId }) => roomId);
  const drifts = [...rooms].flatMap(([roomId, stays]) => {
    const driftMs = driftOf(stays);
    return driftMs < PROMISES.clockDriftMs
      ? []
      : [`${roomId}: its clock drifted by ${driftMs.toFixed(0)} ms`];
  });
  const alarms = evidence.stays
    .filter(({ alarmsMissing }) => alarmsMissing !== 0)
    .map(({ roomId, alarmsMissing }) =>
      alarmsMissing > 0
        ? `${roomId}: ${alarmsMissing} alarms did not ring`
        : `${roomId}: ${-alarmsMissing} alarms rang twice`,
    );
  return [...backwards, ...drifts, ...new Set(alarms)];
}

/** The most that a room's clock ever differed from where its first life began, ms. */
export function driftOf(stays: readonly Stay[]): number {
  const [first] = [...stays].sort((a, b) => a.firstActedAtMs - b.firstActedAtMs);
  if (first === undefined) return 0;
  return Math.max(
    ...stays.map((stay) => Math.abs(stay.clockOffsetMs - first.clockOffsetMs) + stay.clockDriftMs),
  );
}
