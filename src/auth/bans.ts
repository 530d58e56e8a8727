import type { Clock } from '../shared/clock.ts';
import type { BanDecision, BanStore } from './ban-store.ts';
import { randomId } from './random-id.ts';
import type { Revocations } from './revocations.ts';

/** Decides who is kept out. Refresh tokens stay: when a ban ends, the player is in again without signing in. */
export class Bans {
  readonly #deps: {
    readonly clock: Clock;
    readonly bans: BanStore;
    readonly revocations: Revocations;
  };

  constructor(deps: {
    readonly clock: Clock;
    readonly bans: BanStore;
    readonly revocations: Revocations;
  }) {
    this.#deps = deps;
  }

  /** @param ban.reason - null: he is welcome again */
  async decide(
    playerId: string,
    ban: { readonly reason: string | null; readonly untilMs: number | null },
  ): Promise<BanDecision> {
    const { bans, clock, revocations } = this.#deps;
    const before = await bans.find(playerId);
    // After the last one, also when another node's clock has decided that.
    const decidedAtMs = Math.max(Math.trunc(clock.wallMs()), (before?.decidedAtMs ?? -1) + 1);
    const decision = await bans.record({ playerId, decidedAtMs, ...ban });
    const { reason, untilMs } = decision;
    const revocation = { id: randomId('v'), playerId, atMs: decision.decidedAtMs };
    await revocations.announce({ ...revocation, kind: 'ban', reason, untilMs });
    return decision;
  }
}
