import { type NodeInfo, runsService } from '../../cluster/node-info.ts';
import type { NodeRegistry } from '../../cluster/node-lease.ts';
import type { BuildShares } from '../../cluster/release/build-shares.ts';
import type { DrainResult } from '../../protocol/rest.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { MovableRoom, RoomMover } from './room-mover.ts';

/**
 * Rooms that move at the same time: more would make each other wait, and their players with them. With four, a thousand players
 * on two cores had ten times the pause (bench failover).
 */
const AT_ONCE = 2;

export interface DrainDeps {
  readonly nodeId: string;
  /** Of this node. */
  readonly build: string;
  readonly registry: NodeRegistry;
  readonly mover: RoomMover;
  readonly log: Logger;
  /** Rooms of this node that keep a journal. */
  readonly movableRooms: () => readonly MovableRoom[];
  readonly roomCount: () => number;
  /** Chooses among nodes that take rooms; undefined when there is none. */
  readonly chooseTarget: (nodes: readonly NodeInfo[]) => NodeInfo | undefined;
}

/** Moves every room of this node away. Safe to call again: what is left is tried again. */
export class NodeDrainer {
  readonly #deps: DrainDeps;

  constructor(deps: DrainDeps) {
    this.#deps = deps;
  }

  /** @param deadlineMs - no move begins after this long */
  async drain(deadlineMs: number): Promise<DrainResult> {
    const { nodeId, log, movableRooms, roomCount } = this.#deps;
    const startedMs = performance.now();
    const tried = new Set<string>();
    // Also rooms that were being made when the drain began, or came in while nobody had heard of it yet.
    const next = () => movableRooms().find(({ roomId }) => !tried.has(roomId));
    let movedRooms = 0;
    const worker = async () => {
      for (let room = next(); room; room = next()) {
        if (performance.now() - startedMs > deadlineMs) return;
        tried.add(room.roomId);
        if (await this.#move(room)) movedRooms++;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    const result = { nodeId, movedRooms, keptRooms: roomCount() };
    const tookMs = Math.round(performance.now() - startedMs);
    log.info({ event: 'drained', ...result, tookMs }, 'drained');
    return result;
  }

  async #move(room: MovableRoom): Promise<boolean> {
    const { registry, nodeId, build, mover, chooseTarget } = this.#deps;
    const others = registry.nodes.filter(
      (node) => node.nodeId !== nodeId && !node.isDraining && runsService(node, 'game'),
    );
    for (const nodes of targetGroups(others, build, registry.shares)) {
      const target = chooseTarget(nodes);
      if (target !== undefined && (await mover.move(room, target))) return true;
    }
    return false;
  }
}

/**
 * Where rooms may go, the first choice first. A build that gets new rooms keeps its own; one that gets none any more gives them to those
 * that do. Who cannot read the room's state refuses it, and it goes to a node of its own build, if there is another.
 */
function targetGroups(
  nodes: readonly NodeInfo[],
  build: string,
  shares: BuildShares,
): readonly (readonly NodeInfo[])[] {
  const own = nodes.filter((node) => node.build === build);
  if (Object.keys(shares).length === 0) return [nodes, own];
  const others = nodes.filter((node) => node.build !== build);
  return (shares[build] ?? 0) > 0 ? [own, others] : [others, own];
}
