import { GameError } from '../errors/game-error.ts';
import { type BanDecision, isBannedBy } from './ban-store.ts';
import type { PlayerIdentity } from './contract.ts';
import type { Revocation } from './revocation.ts';

/** About 300 bytes each. Above it the oldest go: they are the nearest to their end. */
const MOST_ENTRIES = 100_000;

/** What of one player's tokens does not count. */
interface PlayerEntry {
  signedOutBeforeMs: number;
  ban: BanDecision | null;
  readonly endedSignIns: Set<string>;
  /** Revocations that say so. */
  count: number;
}

/**
 * The revocations of the last while: those whose tokens could still be alive. In memory, so that to verify asks nobody.
 */
export class RevocationList {
  /** By id, oldest first. */
  readonly #heard = new Map<string, { readonly playerId: string; readonly expiresAtMs: number }>();
  readonly #players = new Map<string, PlayerEntry>();
  readonly #lifeMs: number;
  readonly #mostEntries: number;

  /** @param options.lifeMs - how long a token may be accepted after it was revoked */
  constructor(options: { readonly lifeMs: number; readonly mostEntries?: number }) {
    this.#lifeMs = options.lifeMs;
    this.#mostEntries = options.mostEntries ?? MOST_ENTRIES;
  }

  get size(): number {
    return this.#heard.size;
  }

  /** When nobody has to remember it any more; wall clock, ms. */
  expiryOf(revocation: Revocation): number {
    return revocation.atMs + this.#lifeMs;
  }

  /** @returns whether it is new */
  add(revocation: Revocation, nowMs: number): boolean {
    this.#sweep(nowMs);
    const expiresAtMs = this.expiryOf(revocation);
    if (this.#heard.has(revocation.id) || expiresAtMs <= nowMs) return false;
    this.#heard.set(revocation.id, { playerId: revocation.playerId, expiresAtMs });
    this.#enter(revocation);
    return true;
  }

  /** Whether it keeps this player out. What is not known of him is held against nobody. */
  refusalOf(player: PlayerIdentity, nowMs: number): GameError | null {
    const entry = this.#players.get(player.playerId);
    if (entry === undefined) return null;
    const { ban, endedSignIns, signedOutBeforeMs } = entry;
    if (ban !== null && isBannedBy(ban, nowMs)) return bannedError(ban);
    const { signInId, issuedAtMs = Number.POSITIVE_INFINITY } = player;
    const hasEnded = signInId !== undefined && endedSignIns.has(signInId);
    return hasEnded || issuedAtMs < signedOutBeforeMs ? new GameError('TOKEN_REVOKED') : null;
  }

  #enter(revocation: Revocation): void {
    const entry = this.#players.get(revocation.playerId) ?? newEntry();
    this.#players.set(revocation.playerId, entry);
    entry.count += 1;
    switch (revocation.kind) {
      case 'sign-in':
        entry.endedSignIns.add(revocation.signInId);
        return;
      case 'player':
        entry.signedOutBeforeMs = Math.max(entry.signedOutBeforeMs, revocation.atMs);
        return;
      case 'ban': {
        const { playerId, atMs: decidedAtMs, reason, untilMs } = revocation;
        // The later decision counts, whichever came last.
        if (entry.ban !== null && entry.ban.decidedAtMs >= decidedAtMs) return;
        entry.ban = { playerId, decidedAtMs, reason, untilMs };
      }
    }
  }

  /** Ends with the first that is neither too old nor too many: they came about in the order of their times. */
  #sweep(nowMs: number): void {
    for (const [id, { playerId, expiresAtMs }] of this.#heard) {
      if (expiresAtMs > nowMs && this.#heard.size < this.#mostEntries) return;
      this.#heard.delete(id);
      const entry = this.#players.get(playerId);
      if (entry === undefined) continue;
      // What a player has besides stays until his last one goes; that refuses nobody who is welcome.
      entry.count -= 1;
      if (entry.count === 0) this.#players.delete(playerId);
    }
  }
}

/** What a banned player is told. */
export function bannedError({ reason, untilMs }: BanDecision): GameError {
  return new GameError('PLAYER_BANNED', { reason, untilMs });
}

function newEntry(): PlayerEntry {
  return {
    signedOutBeforeMs: Number.NEGATIVE_INFINITY,
    ban: null,
    endedSignIns: new Set(),
    count: 0,
  };
}
