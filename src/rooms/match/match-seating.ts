import type {
  BackfillAnswer,
  MatchBackfills,
  MatchedPlayer,
  MatchResults,
} from '../../matchmaking/contract.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { type MatchOption, readMatchOption } from './match-option.ts';
import { MatchPlaces } from './match-places.ts';
import { type BackfillSwitch, RoomMatch } from './room-match.ts';

/** Between two asks: half of what may be lost of them is lost before the queue forgets the room. */
const ASK_EVERY_MS = 2_000;

export interface MatchSeatingHost {
  readonly roomId: () => string;
  readonly log: () => Logger;
  readonly results: MatchResults;
  readonly backfills: MatchBackfills;
  /** The game has locked it, or it is full. */
  isLocked(): boolean;
  /** The game has locked it; a full one has no seat by itself. */
  isLockedByGame(): boolean;
  isReserved(sessionId: string): boolean;
  /** It is being made again. */
  isComingBack(): boolean;
  /** What the room is to be made of when it comes back. */
  remember(match: MatchOption): void;
}

/** Seats and places of a room's match: who gets one, and who is looked for. */
export class MatchSeating implements BackfillSwitch {
  readonly match: RoomMatch;
  readonly #host: MatchSeatingHost;
  readonly #places: MatchPlaces;
  #isBackfilling: boolean;
  /** Of a room that comes back. */
  readonly #wasSwitched: boolean;
  /** Monotonic, ms. */
  #askDueMs = Number.NEGATIVE_INFINITY;
  #lackingSinceMs: number | null = null;
  /** Why the queue did not want the last ask; said once. */
  #refusal: string | null = null;
  #hasEnded = false;

  /** @param hasPlayed - the room comes back */
  constructor(option: MatchOption, hasPlayed: boolean, host: MatchSeatingHost) {
    const { isBackfilling = false, ...info } = option;
    this.#host = host;
    this.#places = new MatchPlaces(info, hasPlayed);
    this.#isBackfilling = isBackfilling;
    this.#wasSwitched = option.isBackfilling !== undefined;
    this.match = new RoomMatch(this.#places, { results: host.results, backfill: this });
  }

  get isOn(): boolean {
    return this.#isBackfilling;
  }

  turn(isOn: boolean): void {
    if (isOn === this.#isBackfilling || this.#hasEnded) return;
    // onCreate says again what the game may have changed its mind about since.
    if (this.#wasSwitched && this.#host.isComingBack()) return;
    this.#isBackfilling = isOn;
    this.#askDueMs = Number.NEGATIVE_INFINITY;
    if (!isOn) this.#withdraw();
    this.#remember();
  }

  /**
   * A seat is about to be reserved: for a player of the match, for one who comes for somebody who left, or for anybody else.
   *
   * @returns false: it must not be
   */
  admit(sessionId: string, options: unknown, auth: unknown): boolean {
    const playerId = playerIdOf(auth);
    if (playerId === undefined) return true;
    this.#places.freeExpired((it) => this.#host.isReserved(it));
    const newcomers = readMatchOption(options);
    if (newcomers === null) {
      this.#places.seat(sessionId, playerId, false);
      return true;
    }
    // A room that comes back has promised its seats before.
    const isWanted = this.#isBackfilling && !this.#host.isLockedByGame();
    if (!isWanted && !this.#host.isComingBack()) return false;
    const team = newcomers.teams.findIndex(({ players }) => playerIn(players, playerId));
    const player = playerIn(newcomers.teams[team]?.players ?? [], playerId);
    return player !== undefined && this.#places.admit(sessionId, player, team);
  }

  /** The seat was not reserved after all. */
  refused(sessionId: string): void {
    this.#places.free(sessionId);
  }

  /** A seat is kept for who is away, maybe by a room that comes back. */
  held(sessionId: string, auth: unknown): void {
    const playerId = playerIdOf(auth);
    if (playerId !== undefined) this.#places.seat(sessionId, playerId, true);
  }

  joined(sessionId: string): void {
    if (this.#places.sit(sessionId)) this.#remember();
  }

  left(sessionId: string): void {
    this.#places.free(sessionId);
    this.#askDueMs = Number.NEGATIVE_INFINITY;
  }

  /** To be called often. @param nowMs - monotonic */
  tick(nowMs: number): void {
    if (!this.#isBackfilling || nowMs < this.#askDueMs) return;
    this.#askDueMs = nowMs + ASK_EVERY_MS;
    this.#places.freeExpired((it) => this.#host.isReserved(it));
    const lacking = this.#host.isLocked() ? null : this.#places.lacking;
    if (lacking === null) {
      this.#withdraw();
      return;
    }
    this.#lackingSinceMs ??= nowMs;
    const { queue } = this.match;
    const need = { roomId: this.#host.roomId(), queue, waitedMs: nowMs - this.#lackingSinceMs };
    this.#host.backfills.ask({ ...need, ...lacking }).then(
      (answer) => this.#answered(answer),
      (error: unknown) => this.#host.log().debug({ err: error }, 'nobody heard what is lacking'),
    );
  }

  /** The room is over, or lives elsewhere. */
  ended(): void {
    this.#hasEnded = true;
    this.#isBackfilling = false;
    this.#withdraw();
  }

  #answered(answer: BackfillAnswer): void {
    const refusal = answer.kind === 'refused' ? answer.reason : null;
    if (refusal !== null && refusal !== this.#refusal) {
      const { queue } = this.match;
      this.#host.log().warn({ queue, reason: refusal }, 'the queue does not look for players');
    }
    this.#refusal = refusal;
  }

  #withdraw(): void {
    if (this.#lackingSinceMs === null) return;
    this.#lackingSinceMs = null;
    const room = { roomId: this.#host.roomId(), queue: this.match.queue };
    this.#host.backfills.withdraw(room).catch((error: unknown) => {
      this.#host.log().debug({ err: error }, 'nobody heard that nobody is lacking');
    });
  }

  #remember(): void {
    this.#host.remember({ ...this.#places.info, isBackfilling: this.#isBackfilling });
  }
}

/** As `seatMatch` gives it; a game whose own `onAuth` answers something else keeps the `playerId`, or the place counts as left. */
function playerIdOf(auth: unknown): string | undefined {
  const { playerId } = Object(auth) as { readonly playerId?: unknown };
  return typeof playerId === 'string' ? playerId : undefined;
}

function playerIn(players: readonly MatchedPlayer[], playerId: string): MatchedPlayer | undefined {
  return players.find((it) => it.playerId === playerId);
}
