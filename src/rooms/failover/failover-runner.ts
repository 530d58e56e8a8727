import type { NodeRegistry } from '../../cluster/node-lease.ts';
import type { RoomClaim, RoomDirectory } from '../../cluster/room-directory.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { RoomReviver } from './room-reviver.ts';

// Orphans are pulled, not pushed: each live node takes a few, brings them back, and takes the next few. A busy node comes back
// for more later than an idle one, and a node that dies meanwhile leaves its claims to be orphaned again.

/**
 * Rooms taken at a time. A revival is mostly waiting (Redis, and on a busy node the event loop, half a dozen times each), so few
 * at a time would be slow and cost no less.
 */
const BATCH = 32;
/** Also without a death: a node that died while it claimed has left orphans behind. */
const SWEEP_MS = 500;
/** Pause before the next batch, per ms of loop lag: the others, who lag less, are there first. */
const PAUSE_PER_LAG = 2;
const LONGEST_PAUSE_MS = 200;

export interface FailoverDeps {
  readonly registry: NodeRegistry;
  readonly directory: RoomDirectory;
  readonly reviver: RoomReviver;
  readonly log: Logger;
  /** Whether this node takes rooms: it is not draining, and its lease is held. */
  readonly takesRooms: () => boolean;
  readonly loopLagMs: () => number;
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
    const { directory, reviver, loopLagMs, takesRooms } = this.#deps;
    while (!this.#isStopped && takesRooms()) {
      const claims: readonly RoomClaim[] = await directory.claimOrphans(BATCH);
      if (claims.length === 0) return;
      await Promise.all(claims.map((claim) => reviver.revive(claim)));
      await pause(Math.min(LONGEST_PAUSE_MS, loopLagMs() * PAUSE_PER_LAG));
    }
  }
}

/** Lets rooms that live have their steps in between, however short it is. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    if (ms < 1) setImmediate(resolve);
    else setTimeout(resolve, ms);
  });
}
