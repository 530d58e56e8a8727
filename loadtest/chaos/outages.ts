import type { Evidence, Fault } from './evidence/evidence.ts';
import type { Stay } from './evidence/stay.ts';

/** A player without a room: from the last state of one stay to the first of the next. */
export interface Outage {
  readonly before: Stay;
  readonly after: Stay;
  readonly pauseMs: number;
}

export function outagesOf(evidence: Evidence): Outage[] {
  return [...Map.groupBy(evidence.stays, ({ bot }) => bot).values()].flatMap((stays) =>
    stays.slice(1).map((after, index) => {
      const before = stays[index] as Stay;
      return { before, after, pauseMs: after.firstStateAtMs - before.lastStateAtMs };
    }),
  );
}

/** Time from a fault to each player's first state of his room's next life, ms; players it did not concern are left out. */
export function recoveriesFrom(evidence: Evidence, fault: Fault): number[] {
  return outagesOf(evidence)
    .filter(
      ({ before, after }) =>
        fault.pids.includes(before.pid) &&
        before.life !== after.life &&
        before.lastStateAtMs - 1_000 < fault.atMs &&
        after.firstStateAtMs > fault.atMs,
    )
    .map(({ after }) => after.firstStateAtMs - fault.atMs);
}

/** Share of the sessions that a fault concerned and that play on afterwards; 1 when it concerned nobody. */
export function recoveredRatio(evidence: Evidence, fault: Fault): number {
  const concerned = new Set(
    evidence.stays
      .filter(
        ({ pid, firstStateAtMs, lastStateAtMs, roomName }) =>
          fault.pids.includes(pid) &&
          roomName !== 'none' &&
          firstStateAtMs < fault.atMs &&
          lastStateAtMs > fault.atMs - 1_000,
      )
      .map(({ bot }) => bot),
  );
  if (concerned.size === 0) return 1;
  const recovered = new Set(
    evidence.stays
      .filter(({ firstStateAtMs, life }) => firstStateAtMs > fault.atMs && life > 0)
      .map(({ bot }) => bot),
  );
  return [...concerned].filter((bot) => recovered.has(bot)).length / concerned.size;
}
