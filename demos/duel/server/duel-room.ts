// The room around a duel: who sits, who watches, whose time runs.
//
//   joinOrCreate ─▶ 1st: seat, waits ─▶ 2nd: seat, the game begins, the room leaves the listing and opens for spectators
//   joinById (invite link) ─▶ a free seat ▸ the same player's lost seat (a reloaded page) ▸ a place to watch from
//
//   a match of the queue ─▶ both have their seats before they come; the first game is rated, whatever becomes of the others
//
//   lost connection ─▶ seat held for 30 s, clock running ─▶ back in time: goes on | too late: forfeit
//
// Time is the server's wall clock, in the state, as deadlines: any browser shows the same clock, and a room that is
// rebuilt elsewhere needs no timer to be carried over, only `#armFlag`.

import { type Client, GameError, type Profile, Room, validate } from 'meridian';
import { z } from 'zod';
import type { DuelState } from '../shared/duel-state.ts';
import { REFUSALS, type Refusal, type RefusalReason, type TimeAnswer } from '../shared/messages.ts';
import { formatMove } from '../shared/notation.ts';
import { opponentOf, type Seat } from '../shared/rules.ts';
import { BotPlayer } from './bot-player.ts';
import { DuelTable, SEATS } from './duel-table.ts';

const RECONNECT_SECONDS = 30;
const CLOCK_MS = 120_000;
const INCREMENT_MS = 3_000;
const MOST_SPECTATORS = 30;
const BOT_SESSION_ID = 'bot';
/** A matched player who has not taken his seat by then does not come: seats are held for 15 s. */
const ABSENT_AFTER_MS = 20_000;

const Options = z.object({
  opponent: z.enum(['anyone', 'friend', 'bot']).catch('anyone'),
  botLevel: z.enum(['calm', 'sharp']).catch('calm'),
  clockMs: z.number().int().min(3_000).max(600_000).optional().catch(undefined),
});

const game = z.number().int().nonnegative();
const Move = z.strictObject({ game, ply: z.number().int().nonnegative(), move: z.string().max(8) });
const Resign = z.strictObject({ game });
const Rematch = z.strictObject({ game, isWanted: z.boolean() });
const Time = z.strictObject({});

export class DuelRoom extends Room<{ state: DuelState }> {
  override maxClients = SEATS.length;
  override maxMessagesPerSecond = 20;
  /** A game outlives its server, move for move. */
  override readonly durability = 'journal';
  #table!: DuelTable;
  #bot: BotPlayer | null = null;
  #flag: { clear(): void } | null = null;
  /** Lost connections that may come back, by session. */
  readonly #held = new Map<string, { readonly playerId: string; readonly giveUp: () => void }>();
  #gamesSaved = 0;

  override messages = {
    move: validate(Move, (client: Client, message: z.infer<typeof Move>) => {
      const refusal = this.#table.move(this.#seatOf(client), message, Date.now());
      this.#answer(client, 'move', refusal);
    }),
    resign: validate(Resign, (client: Client, message: z.infer<typeof Resign>) => {
      const refusal = this.#table.resign(this.#seatOf(client), message, Date.now());
      this.#answer(client, 'resign', refusal);
    }),
    rematch: validate(Rematch, (client: Client, message: z.infer<typeof Rematch>) => {
      const refusal = this.#table.rematch(this.#seatOf(client), message, Date.now());
      this.#answer(client, 'rematch', refusal);
    }),
    time: validate(Time, (): TimeAnswer => ({ serverAtMs: Date.now() })),
  };

  override onCreate(rawOptions: unknown): void {
    const options = Options.parse(rawOptions ?? {});
    const isPublic = options.opponent === 'anyone';
    this.#table = new DuelTable({
      clockMs: (isPublic ? undefined : options.clockMs) ?? CLOCK_MS,
      incrementMs: INCREMENT_MS,
      random: Math.random,
    });
    this.state = this.#table.state;
    // Friends come by the link, nobody else by chance. The kind is listed even if the client named none.
    this.#update({ private: !isPublic || this.match !== null, opponent: options.opponent });
    if (options.opponent === 'bot') this.#seatBot(options.botLevel);
    this.#awaitMatched();
  }

  override onRestore(): void {
    this.#table.restore();
    // The result of a game that was over has been saved by whoever saw its end.
    this.#gamesSaved = this.state.phase === 'over' ? this.state.game : this.state.game - 1;
    // Whether it was reported nobody knows; the first report of a match counts.
    if (this.state.phase === 'over' && this.state.game === 1) this.#report();
    this.#awaitMatched();
    this.#afterChange();
  }

  override onRelease(): void {
    this.#bot?.stop();
  }

  override onJoin(client: Client): void {
    const { playerId, displayName } = client.auth;
    if (this.#takeOver(playerId, client.sessionId)) return;
    const seat = this.state.phase === 'waiting' ? this.#placeFor(playerId) : null;
    if (seat === null) {
      this.state.spectators.set(client.sessionId, displayName);
      return;
    }
    const rating = this.match?.teams[seat]?.players[0]?.rating.mu;
    const guest = { sessionId: client.sessionId, playerId, displayName, isBot: false };
    this.#table.sit(
      seat,
      { ...guest, ...(rating === undefined ? {} : { rating: Math.round(rating) }) },
      Date.now(),
    );
    this.#readProfile(seat);
    this.#afterChange();
  }

  override onDrop(client: Client): void {
    const seat = this.#seatOf(client);
    if (seat !== null) this.#table.drop(seat, Date.now() + RECONNECT_SECONDS * 1_000);
    const held = this.allowReconnection(client, RECONNECT_SECONDS);
    this.#held.set(client.sessionId, {
      playerId: client.auth.playerId,
      giveUp: () => held.reject(new Error('the player came back as a new session')),
    });
    // Too late, or taken over by a reloaded page: `onLeave` follows and settles it.
    held.catch(() => undefined);
  }

  override onReconnect(client: Client): void {
    this.#held.delete(client.sessionId);
    const seat = this.#seatOf(client);
    if (seat !== null) this.#table.resume(seat, client.sessionId);
  }

  override onLeave(client: Client): void {
    this.#held.delete(client.sessionId);
    this.state.spectators.delete(client.sessionId);
    const seat = this.#seatOf(client);
    if (seat === null) return;
    const wasLost = !this.#table.seat(seat).isConnected;
    this.#table.leave(seat, wasLost ? 'abandoned' : 'left', Date.now());
    this.#afterChange();
  }

  #seatOf(client: Client): Seat | null {
    return this.#table.seatOf(client.sessionId);
  }

  /** At the table of a match the seats are its players'. @returns null when there is none for him */
  #placeFor(playerId: string): Seat | null {
    if (this.match === null) return this.#table.freeSeat();
    const team = this.match.placeOf(playerId)?.team;
    return SEATS.find((seat) => seat === team && this.#table.seat(seat).sessionId === '') ?? null;
  }

  /** Who waits for somebody that does not come is told so, and may search again. */
  #awaitMatched(): void {
    if (this.match === null || this.state.phase !== 'waiting') return;
    this.clock.setTimeout(() => {
      this.#table.callOff();
      this.#afterChange();
    }, ABSENT_AFTER_MS);
  }

  /**
   * A reloaded page is a new session of the same player: it gets the seat of the lost one, which then can no longer
   * come back.
   *
   * @returns whether there was a seat to take over
   */
  #takeOver(playerId: string, sessionId: string): boolean {
    for (const [lostSessionId, held] of this.#held) {
      if (held.playerId !== playerId) continue;
      const seat = this.#table.seatOf(lostSessionId);
      if (seat !== null) this.#table.resume(seat, sessionId);
      this.#held.delete(lostSessionId);
      held.giveUp();
      if (seat !== null) return true;
    }
    return false;
  }

  #answer(client: Client, request: Refusal['request'], reason: RefusalReason | null): void {
    // Even a refused move may have found the flag down.
    this.#afterChange();
    if (reason === null) return;
    client.send('refused', { request, reason, message: REFUSALS[reason] } satisfies Refusal);
  }

  #afterChange(): void {
    this.#armFlag();
    this.#wakeBot();
    const isOver = this.state.phase === 'over';
    if (this.state.phase !== 'waiting' && this.maxClients === SEATS.length)
      this.#openForSpectators();
    if (isOver && this.#gamesSaved < this.state.game) {
      this.#gamesSaved = this.state.game;
      this.#saveResult();
    }
  }

  /** One timer, for the one deadline that can pass without anybody doing anything. */
  #armFlag(): void {
    this.#flag?.clear();
    this.#flag = null;
    if (this.state.phase !== 'playing') return;
    const leftMs = Math.max(0, this.state.turnEndsAtMs - Date.now());
    this.#flag = this.clock.setTimeout(() => {
      this.#table.checkFlag(Date.now());
      // The room's clock may be a little ahead of the wall clock: then it is armed for the rest.
      this.#afterChange();
    }, leftMs + 1);
  }

  #seatBot(level: 'calm' | 'sharp'): void {
    this.#bot = new BotPlayer(level, this.clock);
    const displayName = level === 'sharp' ? 'Boreas' : 'Zephyr';
    this.#table.sit(
      1,
      { sessionId: BOT_SESSION_ID, playerId: '', displayName, isBot: true },
      Date.now(),
    );
  }

  #wakeBot(): void {
    const { phase, game: gameNumber } = this.state;
    const { position } = this.#table;
    if (this.#bot === null) return;
    if (phase !== 'playing' || !this.#table.seat(position.turn).isBot) {
      this.#bot.stop();
      return;
    }
    this.#bot.consider(position, (move) => {
      const message = { game: gameNumber, ply: position.ply, move: formatMove(move) };
      const refusal = this.#table.move(position.turn, message, Date.now());
      if (refusal !== null) this.log.warn({ refusal, message }, 'the bot was refused');
      this.#afterChange();
    });
  }

  /** While two places are all there is, a third stranger gets a table of his own. From now on whoever comes, watches. */
  #openForSpectators(): void {
    this.#update({ private: true, maxClients: SEATS.length + MOST_SPECTATORS });
  }

  #update(listing: {
    readonly private: boolean;
    readonly maxClients?: number;
    readonly opponent?: string;
  }): void {
    this.setMatchmaking(listing).catch((error: unknown) => {
      this.log.warn({ err: error }, 'the listing of this table was not updated');
    });
  }

  /** The token's name may be older than the profile's. */
  #readProfile(seat: Seat): void {
    const { playerId, sessionId } = this.#table.seat(seat);
    this.profiles.read(playerId).then(
      (profile) => {
        if (profile !== null) this.#showProfile(seat, sessionId, profile);
      },
      (error: unknown) => this.log.warn({ err: error, playerId }, 'the profile was not read'),
    );
  }

  #saveResult(): void {
    if (this.state.game === 1) this.#report();
    const winner = this.state.winner as Seat;
    const isAgainstBot = this.#bot !== null;
    // Nobody gets better by beating himself in another tab.
    if (this.#table.seat(0).playerId === this.#table.seat(1).playerId) return;
    for (const seat of [winner, opponentOf(winner)]) {
      const result = seat === winner ? 'wins' : 'losses';
      this.#addStatistic(seat, `duel.${isAgainstBot ? `bot-${result}` : result}`);
    }
  }

  /** The result of the match is that of its first game: who has lost it cannot win it back from the same opponent. */
  #report(): void {
    const { winner } = this.state;
    if (this.match === null || winner < 0) return;
    this.match
      .report(SEATS.map((seat) => (seat === winner ? 1 : 2)))
      .catch((error: unknown) => this.log.warn({ err: error }, 'the result was not rated'));
  }

  /** Does not wait: a rematch may begin while the profile is written. */
  #addStatistic(seat: Seat, statistic: string): void {
    const { playerId, sessionId, isBot } = this.#table.seat(seat);
    if (isBot) return;
    this.profiles.addStatistics(playerId, { [statistic]: 1 }).then(
      // Without one it waits for the store, and shows in a later game.
      (profile) => profile !== null && this.#showProfile(seat, sessionId, profile),
      (error: unknown) => {
        // A player of another region has his profile there; his rating goes there by itself.
        if (error instanceof GameError && error.code === 'PROFILE_UNKNOWN') return;
        this.log.warn({ err: error, playerId, statistic }, 'the result was not saved');
      },
    );
  }

  /** Unless somebody else sits there by now. */
  #showProfile(seat: Seat, sessionId: string, profile: Profile): void {
    const now = this.#table.seat(seat);
    if (now.sessionId !== sessionId) return;
    now.displayName = profile.displayName;
    now.careerWins = profile.statistics['duel.wins'] ?? 0;
  }
}
