import { GameError } from '../errors/game-error.ts';
import { actOnPlayer } from './act-on-player.ts';
import type { ProfileRef } from './contract.ts';
import type { ProfileRecord } from './profile-record.ts';
import type { SagaDeps } from './profile-sagas.ts';
import type { Intent, UsernameEntry } from './profile-store.ts';

// A username is in two places, the names and the profile, which no write changes together. A crash may come after any line:
//
//   intent          "p may get n"                        found by the sweeper, should all else be forgotten
//   profile.claim = token                                overwrites, and so ends, an older claim of the player's
//   names[n] = { p, in-doubt }                           refused: taken. From here on nobody else gets it
//   names[old] = in-doubt                                when he had another one
//   profile: claim is still mine? username = n, claim = null        ◀── this line decides
//   names[n] = active, names[old] gone, intent gone
//
// A name in doubt whose time is over is settled by whoever wants it, or by the sweeper: it becomes `settling`, any claim in the
// profile is wiped (a slow writer's deciding line then fails), and what the profile says is what holds. So a name never has two
// owners, and none is lost for good.

/** How long a claim may take before others look after it, ms. */
const CLAIM_TTL_MS = 10_000;

export class UsernameRegistry {
  readonly #deps: SagaDeps;

  constructor(deps: SagaDeps) {
    this.#deps = deps;
  }

  /**
   * Gives a player a username, instead of the one he had.
   *
   * @param name - normalised (username.ts)
   * @throws {GameError} `USERNAME_TAKEN`, `PROFILE_UNKNOWN`, `PROFILE_MOVED`, `STORE_UNAVAILABLE`: then he has it or not, and
   *   asking again tells
   */
  async claim(ref: ProfileRef, name: string): Promise<ProfileRecord> {
    const { storage, writer, clock, newToken } = this.#deps;
    const { playerId, homeRegion } = ref;
    // Most who hear no hear it here, and nothing of theirs has changed.
    const there = await storage.usernames.read(name);
    if (there?.state === 'active' && there.playerId !== playerId) throw usernameTaken(name);
    const token = newToken();
    const untilMs = clock.wallMs() + CLAIM_TTL_MS;
    const intent: Intent = {
      ...{ kind: 'username', intentId: token, playerId, homeRegion, untilMs, name },
    };
    await storage.intents.add(intent);
    const claimed = await writer.change(ref, (current) =>
      current.username === name
        ? { record: current, result: true }
        : { record: { ...current, claim: { name, token } }, result: false },
    );
    if (claimed.result) {
      await storage.intents.remove(intent);
      return claimed.record;
    }
    const reserved = { name, playerId, state: 'in-doubt', token, untilMs } as const;
    await this.#reserve(reserved, intent);
    const old = await this.#doubtOld(claimed.record, untilMs);
    const { record, result: isMine } = await writer.change(ref, (current) =>
      current.claim?.token === token
        ? { record: { ...current, username: name, claim: null }, result: true }
        : { record: current, result: false },
    );
    if (!isMine) {
      // Another claim of the player's came later, or this one took too long. The names are settled by whoever wants them.
      throw new GameError('STORE_UNAVAILABLE', { reason: 'claim-overtaken' });
    }
    await storage.usernames.replace(reserved, { ...reserved, state: 'active', token: newToken() });
    if (old !== null) await storage.usernames.replace(old, null);
    await storage.intents.remove(intent);
    return record;
  }

  /** Who has a username; null: nobody. */
  async owner(name: string): Promise<string | null> {
    const entry = await this.#deps.storage.usernames.read(name);
    if (entry === null) return null;
    if (entry.state === 'active') return entry.playerId;
    // In doubt: the profile says.
    return (await this.#hasName(entry, false)) ? entry.playerId : null;
  }

  /** Finishes a claim that was interrupted; for the sweeper. */
  async resume(intent: Extract<Intent, { kind: 'username' }>): Promise<void> {
    const { storage, clock } = this.#deps;
    const entry = await storage.usernames.read(intent.name);
    const isLeft = entry?.playerId === intent.playerId && entry.state !== 'active';
    if (isLeft) {
      if (entry.untilMs > clock.wallMs()) return;
      await this.#settle(entry);
    }
    await storage.intents.remove(intent);
  }

  /** @throws {GameError} `USERNAME_TAKEN` */
  async #reserve(wanted: UsernameEntry, intent: Intent): Promise<void> {
    const { usernames, intents } = this.#deps.storage;
    for (let tries = 0; tries < 3; tries += 1) {
      const there = await usernames.add(wanted);
      if (there === null) return;
      const isOwn = there.playerId === wanted.playerId && there.state !== 'settling';
      // His own of an earlier try: the claim in his profile is this one by now, so the earlier can do nothing any more.
      if (isOwn && (await usernames.replace(there, wanted))) return;
      const isOver = there.state !== 'active' && there.untilMs <= this.#deps.clock.wallMs();
      if (!isOwn && !isOver) break;
      if (isOver) await this.#settle(there);
    }
    await intents.remove(intent);
    throw usernameTaken(wanted.name);
  }

  /** Puts the name in doubt that the player is about to give up. */
  async #doubtOld(
    { username, playerId, homeRegion }: ProfileRecord,
    untilMs: number,
  ): Promise<UsernameEntry | null> {
    const { storage, newToken } = this.#deps;
    if (username === null) return null;
    const entry = await storage.usernames.read(username);
    if (entry?.playerId !== playerId || entry.state === 'settling') return null;
    const token = newToken();
    const intent = { kind: 'username', intentId: token, playerId, homeRegion, untilMs } as const;
    await storage.intents.add({ ...intent, name: username });
    const doubted: UsernameEntry = { ...entry, state: 'in-doubt', token, untilMs };
    return (await storage.usernames.replace(entry, doubted)) ? doubted : null;
  }

  /** Decides a name in doubt by what the profile says, after which no claim under way can change it. */
  async #settle(entry: UsernameEntry): Promise<void> {
    const { storage, clock, newToken } = this.#deps;
    const settling: UsernameEntry = {
      ...entry,
      state: 'settling',
      token: newToken(),
      untilMs: clock.wallMs() + CLAIM_TTL_MS,
    };
    if (!(await storage.usernames.replace(entry, settling))) return;
    const isHis = await this.#hasName(entry, true);
    await storage.usernames.replace(
      settling,
      isHis ? { ...settling, state: 'active', token: newToken() } : null,
    );
  }

  /** Whether the player's profile has the name. `wipesClaims`: and that he does not get it by a claim under way. */
  async #hasName({ playerId, name }: UsernameEntry, wipesClaims: boolean): Promise<boolean> {
    const found = await actOnPlayer(this.#deps, playerId, (ref) =>
      this.#deps.writer.change(ref, (record) => ({
        record: wipesClaims && record.claim !== null ? { ...record, claim: null } : record,
        result: record.username === name,
      })),
    );
    return found?.result ?? false;
  }
}

function usernameTaken(username: string): GameError {
  return new GameError('USERNAME_TAKEN', { username });
}
