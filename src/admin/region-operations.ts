import { z } from 'zod';
import type { NodeCalls } from '../cluster/node-calls.ts';
import type { RegionOrders } from '../cluster/region-orders.ts';
import { GameError } from '../errors/game-error.ts';
import type { DrainResult } from '../protocol/rest.ts';

/** Calls that each node with rooms answers. */
export const NODE_OPERATIONS = {
  drain: 'drain-node',
  quarantine: 'quarantine-node',
  release: 'release-node',
} as const;

/** How long a node moves rooms before it says what is left. */
export const DRAIN_TIMEOUT_MS = 60_000;
/** Beyond it, for its last moves and its answer. */
export const DRAIN_ANSWER_TIMEOUT_MS = DRAIN_TIMEOUT_MS + 10_000;
/** A sick node is asked to take no players: it may be slow to hear. */
const QUARANTINE_TIMEOUT_MS = 5_000;

const Drained = z.object({
  nodeId: z.string(),
  movedRooms: z.number(),
  keptRooms: z.number(),
}) satisfies z.ZodType<DrainResult>;

export interface RegionOperationsDeps {
  readonly calls: Pick<NodeCalls, 'request'>;
  readonly hasNode: (nodeId: string) => boolean | Promise<boolean>;
  readonly orders: Pick<RegionOrders, 'give' | 'takeBack'>;
}

/**
 * What can be done to a region and its nodes, by an operator or by the incident bot, from any process of the region. Everything may be
 * done twice. Throws {GameError} `NODE_UNKNOWN`, `NODE_UNREACHABLE`, `DIRECTORY_UNAVAILABLE`; {Error} when Redis does not answer.
 */
export class RegionOperations {
  readonly orders: RegionOperationsDeps['orders'];
  readonly #deps: RegionOperationsDeps;

  constructor(deps: RegionOperationsDeps) {
    this.#deps = deps;
    this.orders = deps.orders;
  }

  /** Moves every durable room of the node away and gives it no new ones, until its process ends. */
  async drainNode(nodeId: string): Promise<DrainResult> {
    return Drained.parse(await this.#call(nodeId, NODE_OPERATIONS.drain, DRAIN_ANSWER_TIMEOUT_MS));
  }

  /** No new rooms and no new seats there until it is released; its rooms and their players stay. */
  async quarantineNode(nodeId: string): Promise<void> {
    await this.#call(nodeId, NODE_OPERATIONS.quarantine, QUARANTINE_TIMEOUT_MS);
  }

  async releaseNode(nodeId: string): Promise<void> {
    await this.#call(nodeId, NODE_OPERATIONS.release, QUARANTINE_TIMEOUT_MS);
  }

  async #call(nodeId: string, method: string, timeoutMs: number): Promise<unknown> {
    if (!(await this.#deps.hasNode(nodeId))) throw new GameError('NODE_UNKNOWN', { nodeId });
    return await this.#deps.calls.request(nodeId, method, {}, { timeoutMs });
  }
}
