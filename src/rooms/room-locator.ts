import { setTimeout as sleep } from 'node:timers/promises';
import type { NodeRegistry } from '../cluster/node-lease.ts';
import { publicAddresses } from '../cluster/public-addresses.ts';
import type { RoomDirectory, RoomPlace } from '../cluster/room-directory.ts';
import { roomLost } from '../cluster/room-lost.ts';
import { GameError } from '../errors/game-error.ts';
import type { RoomLocation } from '../protocol/rest.ts';

// Where a room is. Everybody whose node died asks this at once and wants to hear of its return at once, so a question may wait:
// held here, a thousand players cost a request a second each and their rooms a look in 50 ms each; asked again and again they
// would keep busy the nodes that bring the rooms back.

export interface AwaitedNews {
  /** 0: answers at once. */
  readonly waitMs: number;
  /** That the room runs there is no news. */
  readonly lostProcessId?: string;
}

export const LONGEST_WAIT_MS = 1_000;
/** Between two looks of those who wait; all who ask for a room meanwhile get the same answer. */
const LOOK_EVERY_MS = 50;
/** After an answer that was waited for. */
const RETRY_AFTER_MS = 100;

export class RoomLocator {
  readonly #directory: Pick<RoomDirectory, 'locate'>;
  readonly #registry: NodeRegistry;
  readonly #looks = new Map<string, Promise<RoomPlace>>();

  constructor(deps: {
    readonly directory: Pick<RoomDirectory, 'locate'>;
    readonly registry: NodeRegistry;
  }) {
    this.#directory = deps.directory;
    this.#registry = deps.registry;
  }

  /** @throws {GameError} `ROOM_UNKNOWN`, `ROOM_LOST`, `DIRECTORY_UNAVAILABLE` */
  async locate(roomId: string, { waitMs, lostProcessId }: AwaitedNews): Promise<RoomLocation> {
    const untilMs = performance.now() + waitMs;
    for (;;) {
      const location = await this.#locationOf(roomId, lostProcessId);
      const isNews = location.state === 'running' && location.processId !== lostProcessId;
      if (isNews || performance.now() + LOOK_EVERY_MS > untilMs) return location;
      await sleep(LOOK_EVERY_MS);
    }
  }

  #look(roomId: string): Promise<RoomPlace> {
    const known = this.#looks.get(roomId);
    if (known !== undefined) return known;
    const look = this.#directory.locate(roomId);
    this.#looks.set(roomId, look);
    setTimeout(() => this.#looks.delete(roomId), LOOK_EVERY_MS).unref();
    return look;
  }

  async #locationOf(roomId: string, lostProcessId: string | undefined): Promise<RoomLocation> {
    const place = await this.#look(roomId);
    const nodes = publicAddresses(this.#registry.nodes);
    const recovering = {
      state: 'recovering',
      roomId,
      retryAfterMs: RETRY_AFTER_MS,
      nodes,
    } as const;
    switch (place.kind) {
      case 'owned': {
        const owner = this.#registry.find(place.nodeId);
        // Its lease has run out, or is about to: nobody is told to go there.
        if (owner === undefined) return recovering;
        // Its lease may outlive it for a moment.
        const isLost = owner.nodeId === lostProcessId;
        if (isLost && !(await this.#registry.isThere(owner.nodeId))) return recovering;
        const { nodeId: processId, publicAddress } = owner;
        return { state: 'running', roomId, processId, publicAddress, nodes };
      }
      case 'orphaned':
        return recovering;
      case 'lost':
        throw roomLost(roomId, place.reason);
      case 'unknown':
        throw new GameError('ROOM_UNKNOWN', { roomId });
    }
  }
}
