import { judgeOneOwner } from '../../judges/one-owner.ts';
import type { WitnessedStep } from '../witness.ts';
import type { WorldEvidence } from '../world-evidence.ts';

/**
 * [CH-13] A room that went to another region has one owner at every moment, by the steps that the nodes themselves wrote down: those
 * of a region that nobody reaches are seen by nobody else.
 */
export function judgeOneStepper({ testimony, rooms }: WorldEvidence): string[] {
  return [...doubleSteppers(testimony.steps), ...(rooms === null ? [] : judgeOneOwner(rooms))];
}

/** Processes that stepped a room when another one had begun to, a line each. */
export function doubleSteppers(steps: readonly WitnessedStep[]): string[] {
  const byRoom = Map.groupBy(steps, ({ roomId }) => roomId);
  return [...byRoom].flatMap(([roomId, ofRoom]) => {
    const owners = [...Map.groupBy(ofRoom, ({ pid, life }) => `${life} ${pid}`).values()]
      .map((own) => ({
        pid: own[0]?.pid ?? 0,
        life: own[0]?.life ?? 0,
        fromMs: Math.min(...own.map(({ atMs }) => atMs)),
        toMs: Math.max(...own.map(({ atMs }) => atMs)),
      }))
      .sort((a, b) => a.fromMs - b.fromMs);
    return owners.slice(1).flatMap((owner, at) => {
      const before = owners[at];
      if (before === undefined || before.toMs < owner.fromMs) return [];
      const overlapMs = (before.toMs - owner.fromMs).toFixed(0);
      return [
        `${roomId}: process ${before.pid} (life ${before.life}) stepped it ${overlapMs} ms into the life ${owner.life} led by ${owner.pid}`,
      ];
    });
  });
}
