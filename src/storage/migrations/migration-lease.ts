import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../shared/clock.ts';
import { MigrationError } from './migration-error.ts';
import {
  type HeldLease,
  type LeaseClaim,
  type MigrationState,
  noteApplied,
  releaseLease,
  renewLease,
  takeLease,
} from './migration-state.ts';
import type { MigrationStore } from './migration-store.ts';

/** Renewals in the time of a lease: two may fail before it is over. */
const RENEWALS_PER_LEASE = 3;
/** Part of a lease's time before its end at which its holder stops, for a database whose clock jumps a little. */
const MARGIN_SHARE = 0.1;
const LONGEST_LOOK_MS = 500;

export interface MigrationLeaseOptions {
  /** For people: who wants it, e.g. `web-1:4711`. */
  readonly holder: string;
  /** Silence after which another may take over, ms. Longer: a killed migrator keeps the others waiting longer. */
  readonly leaseMs: number;
  /** How long another's lease is waited for, ms; 0: not at all. */
  readonly waitMs: number;
}

export interface MigrationLeaseDeps {
  readonly store: MigrationStore;
  readonly clock: Clock;
  /** Told once for each other holder that is waited for. */
  readonly onWait?: (lease: HeldLease) => void;
}

/** The right to change a database's schema, renewed until it is released or lost. */
export class MigrationLease implements AsyncDisposable {
  readonly fence: number;
  readonly #store: MigrationStore;
  readonly #clock: Clock;
  readonly #options: MigrationLeaseOptions;
  readonly #token: string;
  /** Monotonic: until when it certainly is ours. */
  #heldUntilMs: number;
  #isLost = false;
  #timer: NodeJS.Timeout | undefined;

  /**
   * Takes the lease, waiting for another's end when `waitMs` allows it.
   *
   * @throws {MigrationError} `LEASE_HELD`; {GameError} `STORE_UNAVAILABLE`
   */
  static async take(
    deps: MigrationLeaseDeps,
    options: MigrationLeaseOptions,
  ): Promise<MigrationLease> {
    const { store, clock, onWait } = deps;
    const token = randomUUID();
    const deadlineMs = clock.monotonicMs() + options.waitMs;
    let waitedFor: string | null = null;
    for (;;) {
      const askedMs = clock.monotonicMs();
      const nowMs = await store.nowMs();
      const before = await store.read();
      const decision = takeLease(before, { ...options, token, nowMs });
      if (decision.kind === 'taken') {
        if (!(await store.replace(before, decision.state))) continue;
        return new MigrationLease(deps, options, { token, askedMs, fence: decision.state.fence });
      }
      if (clock.monotonicMs() >= deadlineMs) throw heldError(decision.lease);
      if (waitedFor !== decision.lease.token) onWait?.(decision.lease);
      waitedFor = decision.lease.token;
      await sleep(Math.min(LONGEST_LOOK_MS, Math.max(1, decision.lease.expiresAtMs - nowMs)));
    }
  }

  private constructor(
    { store, clock }: MigrationLeaseDeps,
    options: MigrationLeaseOptions,
    taken: { readonly token: string; readonly askedMs: number; readonly fence: number },
  ) {
    this.#store = store;
    this.#clock = clock;
    this.#options = options;
    this.#token = taken.token;
    this.fence = taken.fence;
    this.#heldUntilMs = this.#endOf(taken.askedMs);
    this.#renewLater();
  }

  /** @throws {MigrationError} `LEASE_LOST` once the lease may be another's */
  assertHeld(): void {
    if (this.#isLost || this.#clock.monotonicMs() >= this.#heldUntilMs) throw lostError();
  }

  /**
   * Makes sure that the lease is ours now, and for its whole time: before a step that is not to be begun in vain.
   *
   * @throws {MigrationError} `LEASE_LOST`; {GameError} `STORE_UNAVAILABLE`
   */
  async renew(): Promise<void> {
    const askedMs = this.#clock.monotonicMs();
    const nowMs = await this.#store.nowMs();
    const claim: LeaseClaim = { ...this.#options, token: this.#token, nowMs };
    await this.#change((state) => renewLease(state, claim));
    this.#heldUntilMs = this.#endOf(askedMs);
  }

  /** Notes a step as done. @throws {MigrationError} `LEASE_LOST`; {GameError} `STORE_UNAVAILABLE` */
  async noteApplied(name: string): Promise<void> {
    const appliedAtMs = await this.#store.nowMs();
    await this.#change((state) => noteApplied(state, this.#token, { name, appliedAtMs }));
  }

  /** Lets the next one begin. Where that fails, its time runs out. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const isLost = this.#isLost;
    this.#isLost = true;
    if (isLost) return;
    try {
      await this.#change((state) => releaseLease(state, this.#token));
    } catch {
      // Another has it already, or the database is away: nobody waits longer than the rest of the lease.
    }
  }

  /** @param decide - null: the lease is another's */
  async #change(decide: (state: MigrationState) => MigrationState | null): Promise<void> {
    for (;;) {
      const before = await this.#store.read();
      const after = decide(before);
      if (after === null) {
        this.#isLost = true;
        throw lostError();
      }
      // Renewals of ours may come in between.
      if (await this.#store.replace(before, after)) return;
    }
  }

  #renewLater(): void {
    const everyMs = this.#options.leaseMs / RENEWALS_PER_LEASE;
    this.#timer = setTimeout(() => {
      this.renew()
        // The database is away: asked again, until the time is over and `assertHeld` says so.
        .catch(() => {})
        .finally(() => {
          if (this.#timer !== undefined && !this.#isLost) this.#renewLater();
        });
    }, everyMs);
  }

  #endOf(askedMs: number): number {
    return askedMs + this.#options.leaseMs * (1 - MARGIN_SHARE);
  }
}

function heldError({ holder, expiresAtMs }: HeldLease): MigrationError {
  const until = new Date(expiresAtMs).toISOString();
  return new MigrationError(
    'LEASE_HELD',
    `${holder} is migrating this database, and holds the lease until ${until} (renewed while it runs). Wait for it, or give --wait <seconds>; if it was killed, its lease ends by itself then.`,
  );
}

function lostError(): MigrationError {
  return new MigrationError(
    'LEASE_LOST',
    'Another migrator has taken over, or the lease could not be renewed in time. What was noted as done stays; run it again for the rest.',
  );
}
