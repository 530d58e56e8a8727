import { type NodeInfo, runsService } from '../../cluster/node-info.ts';
import type { NodeRegistry } from '../../cluster/node-lease.ts';
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
    const { registry, nodeId, mover, chooseTarget } = this.#deps;
    const others = registry.nodes.filter(
      (node) => node.nodeId !== nodeId && !node.isDraining && runsService(node, 'game'),
    );
    const target = chooseTarget(others);
    return target !== undefined && (await mover.move(room, target));
  }
}
