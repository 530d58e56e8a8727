import { assertNever } from '../shared/assert-never.ts';
import type { HomeMove } from './home-move.ts';
import type { PlayerErasure } from './player-erasure.ts';
import type { SagaDeps } from './profile-sagas.ts';
import type { Intent } from './profile-store.ts';
import type { UsernameRegistry } from './username-registry.ts';

/** How often a node looks for work that somebody has left behind, ms. Every node does: it is one short, indexed question. */
const SWEEP_EVERY_MS = 30_000;
const MOST_AT_A_TIME = 100;

export interface SweeperDeps extends Pick<SagaDeps, 'storage' | 'clock' | 'log'> {
  readonly regionId: string;
  readonly usernames: Pick<UsernameRegistry, 'resume'>;
  readonly moves: Pick<HomeMove, 'resume'>;
  readonly erasure: Pick<PlayerErasure, 'resume'>;
}

/** Finishes what crashes have interrupted, for the players of this node's region. */
export class ProfileSweeper {
  readonly #deps: SweeperDeps;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<unknown> = Promise.resolve();

  constructor(deps: SweeperDeps) {
    this.#deps = deps;
  }

  /** Sweeps from time to time, until it is stopped. */
  start(): void {
    this.#timer = setInterval(() => {
      // One after the other: a round that takes longer than the pause is not overtaken.
      this.#round = this.#round.then(() => this.#sweepQuietly());
    }, SWEEP_EVERY_MS).unref();
  }

  /** Resolves when the round under way is over. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#round;
  }

  /**
   * One round.
   *
   * @returns what was finished; what failed is in the log, and is tried again in the next round
   */
  async sweep(): Promise<{ readonly finished: number; readonly failed: number }> {
    const { storage, clock, log, regionId } = this.#deps;
    const due = await storage.intents.due(regionId, clock.wallMs(), MOST_AT_A_TIME);
    let failed = 0;
    for (const intent of due) {
      try {
        await this.#resume(intent);
      } catch (error) {
        failed += 1;
        log.warn({ err: error, intent: intent.kind }, 'work of before could not be finished yet');
      }
    }
    return { finished: due.length - failed, failed };
  }

  async #sweepQuietly(): Promise<void> {
    try {
      await this.sweep();
    } catch (error) {
      this.#deps.log.warn({ err: error }, 'could not look for work of before');
    }
  }

  #resume(intent: Intent): Promise<void> {
    const { usernames, moves, erasure } = this.#deps;
    switch (intent.kind) {
      case 'username':
        return usernames.resume(intent);
      case 'move':
        return moves.resume(intent);
      case 'erasure':
        return erasure.resume(intent);
      default:
        return assertNever(intent);
    }
  }
}
