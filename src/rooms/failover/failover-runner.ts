import type { NodeRegistry } from '../../cluster/node-lease.ts';
import type { RoomClaim, RoomDirectory } from '../../cluster/room-directory.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { RoomReviver } from './room-reviver.ts';

// Orphans are pulled, not pushed: each live node takes a few, brings them back, and takes the next few. A busy node comes back
// for more later than an idle one, and a node that dies meanwhile leaves its claims to be orphaned again.

/**
 * Lanes that take rooms, and how many each takes at a time. A revival is mostly waiting (for Redis, and on a busy node for the
 * event loop, three times each), so few at a time would be slow and cost no less: with eight at once, in place of 32, the rooms of a
 * thousand players on two cores took three seconds to come back in place of one. All of a claim at once would keep the first players
 * waiting for the last room.
 */
const LANES = 4;
const CLAIM = 8;
/** Also without a death: a node that died while it claimed has left orphans behind. */
const SWEEP_MS = 500;

export interface FailoverDeps {
  readonly registry: NodeRegistry;
  readonly directory: RoomDirectory;
  readonly reviver: RoomReviver;
  readonly log: Logger;
  /** Whether this node takes rooms: it is not draining, and its lease is held. */
  readonly takesRooms: () => boolean;
  /** Whether a room that was claimed lives in another region by now: it is forgotten here. */
  readonly livesElsewhere: (claim: RoomClaim) => boolean;
}

/** Claims the rooms of dead nodes and brings them back here. */
export class FailoverRunner {
  readonly #deps: FailoverDeps;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | null = null;
  #isStopped = false;

  constructor(deps: FailoverDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#deps.registry.onDead((nodeId) => {
      this.#deps.log.warn({ event: 'node-dead', nodeId }, 'a node died; its rooms are claimed');
      this.#claim();
    });
    this.#timer = setInterval(() => this.#claim(), SWEEP_MS);
    this.#timer.unref();
  }

  /** Claims no more; resolves when what was claimed lives. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#timer);
    await this.#running;
  }

  #claim(): void {
    if (this.#isStopped || this.#running !== null || !this.#deps.takesRooms()) return;
    this.#running = this.#claimAll()
      .catch((error: unknown) => {
        // Redis is away: the next sweep goes on.
        this.#deps.log.debug({ err: error }, 'orphans could not be claimed');
      })
      .finally(() => {
        this.#running = null;
      });
  }

  async #claimAll(): Promise<void> {
    await Promise.all(Array.from({ length: LANES }, () => this.#claimOn()));
  }

  async #claimOn(): Promise<void> {
    const { directory, takesRooms } = this.#deps;
    while (!this.#isStopped && takesRooms()) {
      const claims: readonly RoomClaim[] = await directory.claimOrphans(CLAIM);
      if (claims.length === 0) return;
      await Promise.all(claims.map((claim) => this.#bringBack(claim)));
    }
  }

  async #bringBack(claim: RoomClaim): Promise<void> {
    const { directory, reviver, livesElsewhere } = this.#deps;
    if (livesElsewhere(claim)) await directory.remove(claim.roomId);
    else await reviver.revive(claim);
  }
}
