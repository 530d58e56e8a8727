import type { AuditEntry } from '../admin/audit-log.ts';
import { RedisAuditStore } from '../admin/audit-store-redis.ts';
import type { BuildShares } from '../cluster/release/build-shares.ts';
import type { ReleaseChange } from '../cluster/release/plan-release.ts';
import { systemClock } from '../shared/clock.ts';
import type { RedisClient } from '../storage/redis/redis-script.ts';
import { inWords, type NodeDrain, wordsOfDrain } from './release-report.ts';

/**
 * Writes a release into the audit log of its region. Nobody has signed in: the name is what he says (`--by`), and the role is `admin`, for who
 * reaches the region's Redis can do everything. There is no node whose log would have the lines as well.
 */
export class ReleaseAudit {
  readonly #store: RedisAuditStore;
  readonly #by: string;
  readonly #change: ReleaseChange;
  readonly #words: string;
  #isComplete = true;

  /** @param options.words - what the change is, for people */
  constructor(
    redis: RedisClient,
    options: { readonly by: string; readonly change: ReleaseChange; readonly words: string },
  ) {
    this.#store = new RedisAuditStore({ redis });
    this.#by = options.by;
    this.#change = options.change;
    this.#words = options.words;
  }

  /** Whether Redis has taken all entries. What was done was done: entries that are lost undo nothing. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  async refused(sharesBefore: BuildShares, reason: string): Promise<void> {
    const { kind, build } = this.#change;
    await this.#record({
      ...{ action: `release-${kind}`, target: build, outcome: 'refused', reason },
      parameters: { change: this.#words, sharesBefore: inWords(sharesBefore) },
    });
  }

  async done(sharesBefore: BuildShares, shares: BuildShares): Promise<void> {
    const { kind, build } = this.#change;
    await this.#record({
      ...{ action: `release-${kind}`, target: build, outcome: 'done' },
      parameters: {
        ...{ change: this.#words, sharesBefore: inWords(sharesBefore) },
        sharesAfter: inWords(shares),
      },
    });
  }

  async drained(drains: readonly NodeDrain[]): Promise<void> {
    for (const drain of drains) {
      await this.#record({
        ...{ action: 'drain-node', target: drain.nodeId, parameters: { change: this.#words } },
        outcome: drain.ok ? 'done' : 'failed',
        reason: drain.ok ? wordsOfDrain(drain) : drain.error,
      });
    }
  }

  async #record(entry: Omit<AuditEntry, 'at' | 'actor' | 'role'>): Promise<void> {
    const at = new Date(systemClock.wallMs()).toISOString();
    try {
      await this.#store.append({ at, actor: `operator:${this.#by}`, role: 'admin', ...entry });
    } catch {
      // The report says so.
      this.#isComplete = false;
    }
  }
}
