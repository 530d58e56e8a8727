// How a revocation reaches everybody:
//
//   announce() ──▶ this node: list, listeners
//             ├──▶ RevocationLog of the region ──▶ its other nodes: list, listeners
//             └──▶ link to each other region ──▶ learn() on each of its nodes: list, listeners, log
//
// This node obeys at once, whatever else fails; what could not be told is told again until nobody needs it any more.

import type { GameError } from '../errors/game-error.ts';
import type { Clock } from '../shared/clock.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { PlayerIdentity, PlayerStanding } from './contract.ts';
import type { Revocation } from './revocation.ts';
import { RevocationList } from './revocation-list.ts';
import type { RevocationLog } from './revocation-log.ts';

/** Clocks of nodes that differ, and the time tokens are good for past their end. */
const MARGIN_MS = 60_000;
const RETRY_MS = 1_000;
/** What "just now" is, with clocks that differ, ms. */
const LATEST_MS = 30_000;

/** What follows from a revocation besides refusals. It must not throw. */
export type RevocationListener = (revocation: Revocation) => void;

/** Tells the other regions. @returns whether each of them will hear of it */
export type TellRegions = (revocation: Revocation) => Promise<boolean>;

export interface RevocationsDeps {
  readonly log: Logger;
  readonly clock: Clock;
  readonly revocationLog: RevocationLog;
}

/** Whose tokens do not count any more, on this node and, by it, everywhere. */
export class Revocations implements PlayerStanding {
  readonly #deps: RevocationsDeps;
  readonly #list: RevocationList;
  readonly #lifeMs: number;
  readonly #listeners: RevocationListener[] = [];
  readonly #retries = new Set<NodeJS.Timeout>();
  #tellRegions: TellRegions = async () => true;
  #isClosed = false;

  /**
   * Knows what the region knows when it resolves.
   *
   * @param options.tokenTtlMs - life of an access token
   * @throws when the log does not answer: a node that cannot know refuses to start
   */
  static async open(
    deps: RevocationsDeps,
    options: { readonly tokenTtlMs: number },
  ): Promise<Revocations> {
    const revocations = new Revocations(deps, options);
    deps.revocationLog.onAdded((revocation) => revocations.#apply(revocation));
    deps.revocationLog.onGap(() => void revocations.#catchUp());
    await revocations.#read();
    return revocations;
  }

  private constructor(deps: RevocationsDeps, options: { readonly tokenTtlMs: number }) {
    this.#deps = deps;
    this.#lifeMs = options.tokenTtlMs + MARGIN_MS;
    this.#list = new RevocationList({ lifeMs: this.#lifeMs });
  }

  /** Called once for each revocation, wherever it was decided. */
  onRevoked(listener: RevocationListener): void {
    this.#listeners.push(listener);
  }

  /** Where announcements go besides this region. */
  spreadBy(tellRegions: TellRegions): void {
    this.#tellRegions = tellRegions;
  }

  refusalOf(player: PlayerIdentity): GameError | null {
    return this.#list.refusalOf(player, this.#deps.clock.wallMs());
  }

  /** Resolves when this node obeys it and the first try to tell the others is over. Never rejects. */
  async announce(revocation: Revocation): Promise<void> {
    this.#apply(revocation);
    await Promise.all([
      this.#insist('region', revocation, async () => {
        await this.#deps.revocationLog.add(revocation, this.#list.expiryOf(revocation));
        return true;
      }),
      this.#insist('regions', revocation, () => this.#tellRegions(revocation)),
    ]);
  }

  /** Another region has announced it; all nodes of this one hear so. Never rejects. */
  async learn(revocation: Revocation): Promise<void> {
    this.#apply(revocation);
    await this.#insist('region', revocation, async () => {
      await this.#deps.revocationLog.keep(revocation, this.#list.expiryOf(revocation));
      return true;
    });
  }

  /** Those of the region that nobody may forget yet. @throws when the log does not answer */
  unexpired(): Promise<readonly Revocation[]> {
    return this.#deps.revocationLog.unexpired();
  }

  /**
   * Obeys what another process of the region has just announced, now and not when the news arrive. Never rejects: they arrive all the
   * same.
   */
  async hearLatest(): Promise<void> {
    const sinceMs = this.#deps.clock.wallMs() - LATEST_MS;
    await this.#read(sinceMs + this.#lifeMs).catch((error: unknown) => {
      this.#deps.log.debug({ err: error }, 'the latest revocations could not be read');
    });
  }

  close(): void {
    this.#isClosed = true;
    for (const retry of this.#retries) clearTimeout(retry);
  }

  #apply(revocation: Revocation): void {
    if (!this.#list.add(revocation, this.#deps.clock.wallMs())) return;
    for (const listener of this.#listeners) listener(revocation);
  }

  /** Tries once, and then every second in the background. */
  async #insist(
    whom: 'region' | 'regions',
    revocation: Revocation,
    tell: () => Promise<boolean>,
  ): Promise<void> {
    const failure = await tell().then(
      (isTold) => (isTold ? null : new Error('refused')),
      (error: unknown) => error,
    );
    if (failure === null || this.#isClosed) return;
    this.#deps.log.warn(
      { err: failure, whom, revocationId: revocation.id },
      'not revoked there yet',
    );
    if (this.#list.expiryOf(revocation) <= this.#deps.clock.wallMs()) return;
    const retry = setTimeout(() => {
      this.#retries.delete(retry);
      void this.#insist(whom, revocation, tell);
    }, RETRY_MS);
    retry.unref();
    this.#retries.add(retry);
  }

  async #catchUp(): Promise<void> {
    try {
      await this.#read();
    } catch (error) {
      // It broke once more, and there is a gap once more when it is back.
      this.#deps.log.debug({ err: error }, 'revocations could not be read');
    }
  }

  async #read(afterMs?: number): Promise<void> {
    const unexpired = await this.#deps.revocationLog.unexpired(afterMs);
    for (const revocation of unexpired) this.#apply(revocation);
  }
}
