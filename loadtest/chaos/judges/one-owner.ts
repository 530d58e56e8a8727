import type { Evidence, Ownership } from '../evidence/evidence.ts';
import type { Stay } from '../evidence/stay.ts';

/** [CH-1] At every moment at most one node acts as the owner of a room, and epochs never go back. */
export function judgeOneOwner(evidence: Evidence): string[] {
  const rooms = Map.groupBy(evidence.stays, ({ roomId }) => roomId);
  const owners = Map.groupBy(evidence.ownerships, ({ roomId }) => roomId);
  return [
    ...[...rooms].flatMap(([roomId, stays]) => actorsOf(roomId, stays)),
    ...[...owners].flatMap(([roomId, ownerships]) => namedOwnersOf(roomId, ownerships)),
    ...evidence.foreignWrites,
  ];
}

interface Life {
  readonly life: number;
  readonly pids: ReadonlySet<number>;
  readonly firstActedAtMs: number;
  readonly lastActedAtMs: number;
  readonly epochs: readonly number[];
}

/** By the node's own account of when it acted, which no network delays. */
function actorsOf(roomId: string, stays: readonly Stay[]): string[] {
  const lives = [...Map.groupBy(stays, ({ life }) => life)]
    .map(([life, seen]): Life => lifeOf(life, seen))
    .sort((a, b) => a.life - b.life);
  return lives.flatMap((life, index) => {
    const previous = lives[index - 1];
    const breaches: string[] = [];
    if (life.pids.size > 1) {
      breaches.push(
        `${roomId}: processes ${[...life.pids].join(' and ')} both led life ${life.life}`,
      );
    }
    if (previous === undefined) return breaches;
    const overlapMs = previous.lastActedAtMs - life.firstActedAtMs;
    if (overlapMs > 0) {
      breaches.push(
        `${roomId}: process ${[...previous.pids].join()} acted ${overlapMs.toFixed(0)} ms into the life led by ${[...life.pids].join()}`,
      );
    }
    if (Math.min(...life.epochs) < Math.max(...previous.epochs)) {
      breaches.push(
        `${roomId}: epoch ${Math.max(...previous.epochs)}, then ${Math.min(...life.epochs)}`,
      );
    }
    return breaches;
  });
}

function lifeOf(life: number, stays: readonly Stay[]): Life {
  return {
    life,
    pids: new Set(stays.map(({ pid }) => pid)),
    firstActedAtMs: Math.min(...stays.map(({ firstActedAtMs }) => firstActedAtMs)),
    lastActedAtMs: Math.max(...stays.map(({ lastActedAtMs }) => lastActedAtMs)),
    epochs: stays.map(({ epoch }) => epoch).filter((epoch) => epoch !== null),
  };
}

/** By the directory, as it was seen over time. */
function namedOwnersOf(roomId: string, ownerships: readonly Ownership[]): string[] {
  const breaches: string[] = [];
  let newest: Ownership | null = null;
  for (const ownership of ownerships) {
    if (newest !== null && ownership.epoch < newest.epoch) {
      breaches.push(
        `${roomId}: the directory went from epoch ${newest.epoch} to ${ownership.epoch}`,
      );
    }
    if (newest?.epoch === ownership.epoch && newest.nodeId !== ownership.nodeId) {
      breaches.push(
        `${roomId}: ${newest.nodeId} and ${ownership.nodeId} both owned it under epoch ${ownership.epoch}`,
      );
    }
    newest = ownership;
  }
  return breaches;
}
