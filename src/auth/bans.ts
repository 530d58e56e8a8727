import { z } from 'zod';
import type { Clock } from '../shared/clock.ts';
import { parse } from '../transport/http/parse.ts';
import { type BanDecision, type BanStore, MOST_REASON_LENGTH } from './ban-store.ts';
import { randomId } from './random-id.ts';
import type { Revocations } from './revocations.ts';

const Ban = z.object({
  reason: z.string().min(1).max(MOST_REASON_LENGTH).nullable(),
  untilMs: z.int().nonnegative().nullable(),
});

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

  /**
   * @param ban.reason - null: he is welcome again
   * @throws {GameError} `BAD_REQUEST` for what other regions would not understand
   */
  async decide(
    playerId: string,
    ban: { readonly reason: string | null; readonly untilMs: number | null },
  ): Promise<BanDecision> {
    parse(Ban, ban);
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
