import {
  type AuthContext,
  type Client,
  ClientState,
  Room as ColyseusRoom,
  type DefineInputOptions,
  type IdleContext,
  type RoomException,
  type RoomOptions,
  SchemaSerializer,
  type StepContext,
} from '@colyseus/core';
import { Encoder, type StateView } from '@colyseus/schema';
import type { PlayerIdentity } from '../auth/contract.ts';
import { GameError } from '../errors/game-error.ts';
import { CloseCode } from '../protocol/close-codes.ts';
import { encodeBundleSection } from '../protocol/input-bundle.ts';
import { systemClock } from '../shared/clock.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { MeridianClient } from '../transport/ws/meridian-client.ts';
import type { Durability, WhenIsolated } from './durability.ts';
import { evictClient, type RoomEviction } from './eviction.ts';
import { PatchSerializer } from './flow/patch-serializer.ts';
import { internals, overridePrivate } from './guards/room-internals.ts';
import { repeatedStepsOf } from './inputs/repeat-last.ts';
import type { Interest } from './interest/interest.ts';
import { JoinWatch } from './join-watch.ts';
import { RoomStateKeeper } from './journal/room-state-keeper.ts';
import { MATCH_OPTION, readMatchOption } from './match/match-option.ts';
import { MatchSeating, type MatchSeatingHost } from './match/match-seating.ts';
import type { RoomMatch } from './match/room-match.ts';
import { RoomSurvival } from './ownership/room-survival.ts';
import { playerIdOf, RoomAnalytics } from './room-analytics.ts';
import { roomServicesOf } from './room-class.ts';
import { RoomIntake } from './room-intake.ts';
import { RoomOutput } from './room-output.ts';
import { RoomSeats } from './room-seats.ts';
import { type LoopHost, RoomLoop } from './stepping/room-loop.ts';
import type { RoomTimers } from './timers/room-timers.ts';

// Colyseus' Room made safe: its API, its wire format, its hooks. What is added lives in parts, one file each:
//
//   RoomSeats    who sits down, comes back, has lost his seat
//   RoomIntake   frame in ──▶ FrameGuard ──▶ Colyseus ──▶ InputGuard (codec, budget, one for each step) ──▶ the game's step
//   RoomLoop     the game's step ──▶ broadcastPatch
//   RoomOutput   ──▶ PatchSerializer (owned bytes, flow) ──▶ socket; SegmentSerializer, where the game says who sees what
//   RoomSurvival ──▶ seats, journal, owner ──▶ another node, one day
//
// The promises are docs/spec/rooms.md and docs/spec/survival.md.

/** Colyseus' own default is no limit at all. */
const DEFAULT_MAX_CLIENTS = 64;
/** Turns of the loop (steps with their flush) that may fail in a row before the room is given up: 1.5 s at 20 Hz. */
const MOST_FAILED_TURNS = 30;

/** Turns that may fail in a row before a durable room is made anew from its journal. */
const FAILED_TURNS_TO_RESTORE = 3;

/** A room whose seats belong to signed-in players; `client.auth` says who. */
export type PlayerClient = Client<{ auth: PlayerIdentity }>;

/**
 * A game session: what game developers subclass. Colyseus' `Room`, with these differences:
 *
 * - `patchRate` is 0 by default: a patch leaves at the end of each fixed step (every 50 ms without one);
 * - `static onAuth` demands the access token of a signed-in player; `client.auth` is a `PlayerIdentity`;
 * - limits are on: `maxClients`, `maxMessagesPerSecond`, `maxMessagesPerSecondByType`, one input per step of time;
 * - an exception of the game's code is contained: logged, counted, and the room goes on.
 *
 * @example
 * class Counter extends Room<{ state: CounterState }> {
 *   override state = new CounterState();
 *   override messages = { add: (_client: Client) => { this.state.count++; } };
 * }
 */
export class Room<T extends RoomOptions = RoomOptions> extends ColyseusRoom<T> {
  /** Whether players may join without signing in; they then have no `client.auth` and no profile. */
  static allowAnonymous = false;

  /**
   * Admits a player by his access token. Override to admit otherwise; throw a `GameError` or return false to refuse.
   *
   * @throws {GameError} `TOKEN_MISSING`, `TOKEN_INVALID`, `TOKEN_EXPIRED`, `TOKEN_REVOKED`, `PLAYER_BANNED`
   */
  static override async onAuth(
    this: typeof Room,
    token: string | undefined,
    _options: unknown,
    _context: AuthContext,
  ): Promise<unknown> {
    // biome-ignore lint/complexity/noThisInStatic: the class that was asked for decides, not this base.
    return admitByToken(this, token);
  }

  override maxClients = DEFAULT_MAX_CLIENTS;
  /**
   * When state leaves: 0 with each fixed step (without one: every 50 ms), n > 0 at the end of the first step after n ms,
   * null only when the game calls `broadcastPatch()`. Reads back as the real interval in ms.
   */
  override patchRate: number | null = 0;
  /** Frames a second and client, inputs included; more is a disconnect with code 4429. */
  override maxMessagesPerSecond: number = this.#services.config.messagesPerSecond;
  /** Messages a second of one type and client, by type, e.g. `{ chat: 2 }`; the node's default for the others. */
  maxMessagesPerSecondByType: Readonly<Record<string, number>> = {};

  /**
   * What the room loses when its node dies; see `Durability`. `checkpoint` and `journal` ask for a room that can be made
   * again: what is not in the state goes through `onCheckpoint` and `onRestore`.
   */
  readonly durability: Durability = 'none';
  /** Who sees what, made by `defineInterest`; null: everybody sees all that no view hides. */
  readonly interest: Interest | null = null;
  /** What becomes of a durable room when its region is cut off from the others; see `WhenIsolated`. */
  readonly whenIsolated: WhenIsolated = 'move';
  /** Adds to a checkpoint what is not in the state: a random generator, a physics world. JSON, given back to `onRestore`. */
  onCheckpoint?(): unknown;
  /**
   * Called after `onCreate` when the room comes back, with its state and seats as they were and what `onCheckpoint` had
   * returned last. `client` objects come with `onReconnect`.
   */
  onRestore?(data: unknown): void | Promise<void>;
  /** The room lives on another node now: free what this process holds of it. Nobody left, nothing ended. */
  onRelease?(): void;

  readonly #loop = new RoomLoop(this.#services.scheduler, this.#loopHost(), 0);
  #failedTurns = 0;
  #seating: MatchSeating | null = null;
  #log: Logger | undefined;
  #analytics: RoomAnalytics | undefined;
  readonly #state = new RoomStateKeeper(this as never, this.#services.scratch, {
    away: () => this.#survival.away(),
    replaced: () => this.#survival.renewJournal(),
    fault: (error) => {
      this.#survival.renewJournal();
      this.#contain(error, 'journal');
    },
  });
  readonly #survival = new RoomSurvival({
    room: this as never,
    state: this.#state,
    config: this.#services.config,
    log: () => this.log,
    services: this.#services.survival,
    stopLoop: () => this.#loop.stop(),
    wake: () => this.#wake(),
    inputSection: () => encodeBundleSection(this.#intake.mostInputs),
    isSound: () => !this.#loop.hasFailed,
    flush: () => this.#flush(),
    read: (client, frame, arrivedAtMs) => this.#intake.read(client, frame, arrivedAtMs),
  });
  readonly #joins = new JoinWatch({
    metrics: this.#services.metrics.joins,
    roomName: () => this.roomName,
    roomId: () => this.roomId,
  });
  readonly #intake = new RoomIntake(this.#parts({ survival: this.#survival, joins: this.#joins }));
  readonly #output = new RoomOutput(this.#parts({ loop: this.#loop, log: () => this.log }));
  readonly #seats = new RoomSeats(
    this.#parts({
      survival: this.#survival,
      joins: this.#joins,
      seating: () => this.#seating,
      wake: () => this.#wake(),
    }),
  );

  get #services() {
    return roomServicesOf(this.constructor);
  }

  /** What every part of the room needs, and what this one needs besides. */
  #parts<Own>(own: Own) {
    return {
      ...own,
      room: this as never,
      services: this.#services,
      evict: (client: Client, reason: RoomEviction, message: string) =>
        this.#evict(client, reason, message),
      contain: (error: unknown, where: string) => this.#contain(error, where),
    };
  }

  /** The room's log: every line carries the room's name and id. */
  get log(): Logger {
    this.#log ??= this.#services.log.child({ room: this.roomName, roomId: this.roomId });
    return this.#log;
  }

  /** Whether this room comes back from a journal: true from `onCreate` on. */
  get isRestored(): boolean {
    return this.#survival.isRestored;
  }

  /** Timers that come back with the room, as deadlines. */
  get timers(): RoomTimers {
    return this.#survival.timers;
  }

  /** The match this room was made for; null for a room that players came to by themselves. There from `onCreate` on. */
  get match(): RoomMatch | null {
    return this.#seating?.match ?? null;
  }

  /** Records what happens, for those who learn from it. Nothing here waits for it. */
  get analytics(): RoomAnalytics {
    this.#analytics ??= new RoomAnalytics({
      room: this as never,
      analytics: this.#services.analytics,
      clock: systemClock,
    });
    return this.#analytics;
  }

  /** Players' durable profiles. */
  get profiles() {
    return this.#services.profiles;
  }

  /**
   * Called with every exception of the game's code. It is contained whatever this does; the default logs it.
   *
   * @param hook - where it came from: `onMessage`, `onJoin`, `setFixedTimestep`, …
   */
  override onUncaughtException(exception: RoomException, hook: string): void {
    this.#services.metrics.faultContained(this.roomName, hook);
    this.log.error({ err: exception.cause ?? exception, hook }, 'exception in a room, contained');
  }

  override setFixedTimestep(
    step: (ctx: StepContext) => void,
    tickRateHz = 60,
    options: { readonly subSteps?: number } = {},
  ): void {
    const inputOptions = internals(this)._inputController?.options;
    const subSteps = options.subSteps ?? inputOptions?.subSteps ?? 1;
    if (!Number.isInteger(subSteps) || subSteps < 1) {
      throw new RangeError(`subSteps must be a whole number of at least 1, not ${subSteps}`);
    }
    // Advertised to predicting clients, which must integrate with the same step.
    if (inputOptions) Object.assign(inputOptions, { tickRate: tickRateHz, subSteps });
    const paced = (ctx: StepContext) => {
      this.#intake.step();
      return step(ctx);
    };
    this.#intake.stepsAreFixed();
    this.#loop.runFixed(paced, tickRateHz, subSteps);
  }

  override setTimestep(step?: (deltaMs: number) => void, everyMs = 1_000 / 60): void {
    if (step === undefined) return;
    const inputOptions = internals(this)._inputController?.options;
    if (inputOptions && inputOptions.tickRate === undefined) {
      Object.assign(inputOptions, { tickRate: Math.round(1_000 / everyMs) });
    }
    this.#loop.runMeasured(step, everyMs);
  }

  protected override defineInput<
    C extends new () => object,
    O extends DefineInputOptions<InstanceType<C>> = DefineInputOptions<InstanceType<C>>,
  >(type: C, options?: O) {
    const repeatedSteps = repeatedStepsOf(options?.idle);
    const repeats = (idle: IdleContext<unknown>) => this.#intake.repeatOf(idle, repeatedSteps);
    const stock = repeatedSteps === 0 ? options : { ...options, idle: repeats };
    const api = super.defineInput<C, O>(type, stock as O | undefined);
    this.#intake.inputsDefined(repeatedSteps);
    return api;
  }

  /** Colyseus'. What is to come after the next patch takes it along to those who would get it later. */
  override broadcast(...args: Parameters<ColyseusRoom<T>['broadcast']>): void {
    const options = args[2];
    if (options?.afterNextPatch) this.#output.pull();
    super.broadcast(...args);
  }

  override setSerializer(serializer: Parameters<ColyseusRoom<T>['setSerializer']>[0]): void {
    const isStock =
      serializer instanceof SchemaSerializer && !(serializer instanceof PatchSerializer);
    if (!isStock) {
      super.setSerializer(serializer);
      return;
    }
    const own = this.#output.makeSerializer();
    // Also when the room's state is replaced by another object.
    own.recorder = this.#state.recorder;
    super.setSerializer(own as never);
  }

  /** Takes over where Colyseus would start a timer of its own for patches. */
  #initialise(colyseusInit: () => void): void {
    // Monotonic: a clock step of the machine must not jump the game (NTP, suspend).
    Object.assign(this.clock, { now: () => performance.timeOrigin + performance.now() });
    const patchRate = this.patchRate;
    const self = internals(this);
    this.patchRate = null;
    // Colyseus then believes that a simulation ticks the clock, starts no timer for it and does not tick it twice.
    self._simulationInterval = true;
    withoutEncodeBuffers(colyseusInit);
    this.#loop.setPatchRate(patchRate);
    Object.defineProperty(this, 'patchRate', {
      enumerable: true,
      get: () => this.#loop.effectivePatchRateMs,
      set: (rate: number | null) => this.#loop.setPatchRate(rate),
    });
    this.#containOnBeforePatch();
    this.#learnMatch();
    this.#survival.prepare();
    this.#wakeForTimers();
    this.#loop.start();
    self._events.once('disconnect', () => {
      this.#loop.stop();
      this.#survival.ended();
      this.#seating?.ended();
      this.#output.ended();
      this.#services.metrics.roomDisposed(this.roomName);
    });
    self._events.on('join', (client: Client) => {
      this.#services.metrics.clientJoined(this.roomName);
      this.#survival.joined(client);
      this.#seating?.joined(client.sessionId);
      this.analytics.seated(client);
    });
    self._events.on('leave', (client: Client) => {
      this.#services.metrics.clientLeft(this.roomName);
      this.#joins.left(client);
      this.analytics.left(client, { goesOn: this.#survival.isReleased });
      this.#survival.seatFreed(client);
      this.#seating?.left(client.sessionId);
      this.#flushProfile(client);
      this.#output.left(client);
      // Colyseus leaves views to the garbage collector, and their bits in every tree until then.
      if (client.view && !this.#isViewInUse(client.view)) client.view.dispose();
    });
    // Colyseus gives the room its name right after this, in the same turn.
    queueMicrotask(() => this.#services.metrics.roomCreated(this.roomName));
  }

  /** Where he goes next he is as he was here. */
  #flushProfile({ auth }: Client): void {
    const playerId = playerIdOf({ auth });
    if (playerId === null) return;
    this.profiles.flush(playerId).catch((error: unknown) => {
      // It stays where it waits, and is written later.
      this.log.debug({ err: error, playerId }, 'soft data was not written as its player left');
    });
  }

  /** Before survival takes the hook over: a room that comes back is of the same match. */
  #learnMatch(): void {
    const { onCreate } = this;
    this.onCreate = (options: unknown) => {
      const option = readMatchOption(options);
      if (option !== null) {
        this.#seating = new MatchSeating(option, this.isRestored, this.#seatingHost());
        // Its seats are taken: nobody else comes in by its name.
        internals(this)._listing.private = true;
      }
      return onCreate?.call(this, options);
    };
  }

  #seatingHost(): MatchSeatingHost {
    return {
      results: this.#services.matches,
      backfills: this.#services.backfills,
      roomId: () => this.roomId,
      log: () => this.log,
      isLocked: () => this.locked,
      isLockedByGame: () => internals(this)._lockedExplicitly,
      isReserved: (sessionId) => internals(this)._reservedSeats[sessionId] !== undefined,
      isComingBack: () => this.#survival.isComingBack,
      remember: (match) => this.#survival.remember(MATCH_OPTION, match),
    };
  }

  /** A team may share a view; so may one who dropped and whose seat is held. */
  #isViewInUse(view: StateView): boolean {
    if (this.clients.some((client) => client.view === view)) return true;
    return Object.values(internals(this)._reservedSeats).some((seat) => seat?.[3] === true);
  }

  /** Colyseus lets the promise of an async `onBeforePatch` go; its rejection would end the process. */
  #containOnBeforePatch(): void {
    const { onBeforePatch } = this;
    if (onBeforePatch === undefined) return;
    this.onBeforePatch = (state) => {
      const running: unknown = onBeforePatch.call(this, state);
      if (running instanceof Promise) {
        running.catch((error: unknown) => this.#contain(error, 'onBeforePatch'));
      }
    };
  }

  /** Ends an idle time, in which neither loop nor clock moved. */
  #wake(): void {
    if (!this.#loop.isParked) return;
    // First the clock: a timer that is set now must not be charged for the idle time.
    this.clock.tick();
    this.#loop.start();
  }

  /** A timer set from outside, while the room is idle, must find a clock that runs. */
  #wakeForTimers(): void {
    const { clock } = this;
    const { setTimeout, setInterval, duration } = clock;
    clock.setTimeout = (...args) => {
      this.#wake();
      return setTimeout.apply(clock, args);
    };
    clock.setInterval = (...args) => {
      this.#wake();
      return setInterval.apply(clock, args);
    };
    clock.duration = (ms) => {
      this.#wake();
      return duration.call(clock, ms);
    };
  }

  override allowReconnection(previousClient: Client, seconds: number | 'manual') {
    const waiting = super.allowReconnection(previousClient, seconds);
    this.#seats.held(previousClient, seconds, waiting);
    return waiting;
  }

  /** Colyseus': whether a client may sit down here. */
  override hasReservedSeat(sessionId: string, reconnectionToken?: string): boolean {
    return super.hasReservedSeat(sessionId, this.#seats.currentToken(reconnectionToken));
  }

  /** Colyseus': the session that may come back with this token. */
  override checkReconnectionToken(reconnectionToken: string): string {
    return super.checkReconnectionToken(this.#survival.ledger.currentToken(reconnectionToken));
  }

  /**
   * Ends the connection of a player who is not welcome any more; his seat goes with it. For the node, not for games.
   *
   * @param refusal - `TOKEN_REVOKED` or `PLAYER_BANNED`
   */
  static turnAway(room: Room, client: Client, refusal: GameError): void {
    // Of a seat that came with the room there is no connection yet: it is refused when it comes.
    const isConnected = (client.ref as unknown) !== undefined;
    if (client.state === ClientState.LEAVING || !isConnected) return;
    const reason = refusal.code === 'PLAYER_BANNED' ? 'banned' : 'signed-out';
    room.#evict(client, reason, refusal.message);
  }

  /**
   * Takes a client's seat because an operator says so. For the node, not for games.
   *
   * @param reason - he reads it
   * @returns whether the room has a connection of that session
   */
  static removeClient(room: Room, sessionId: string, reason: string): boolean {
    const client = room.clients.getById(sessionId);
    if (client === undefined || client.state === ClientState.LEAVING) return false;
    room.#evict(client, 'removed', reason);
    return true;
  }

  /**
   * Ends the room because an operator says so. For the node, not for games.
   *
   * @param reason - its players read it
   * @returns resolves when it has ended
   */
  static async closeFor(room: Room, reason: string): Promise<void> {
    for (const client of [...room.clients]) Room.removeClient(room, client.sessionId, reason);
    await room.disconnect(CloseCode.REMOVED);
  }

  /** A client answers nothing any more, and its connection ends; he may come back. For the node, not for games. */
  static contactLost(room: Room, client: MeridianClient): void {
    const unreadBytes = client.acks.inFlightBytes;
    const { sessionId } = client;
    room.#services.metrics.evicted(room.roomName, 'silent');
    room.log.info({ sessionId, reason: 'silent', unreadBytes }, 'let go: it answers nothing');
  }

  /** The room's part that outlives this process; for the node, not for games. */
  static survivalOf(room: Room): RoomSurvival {
    return room.#survival;
  }

  #flush(): void {
    // A step that failed half way must not reach clients, nor the journal the room is made anew from.
    if (this.#loop.hasFailed && this.#survival.isDurable) return;
    // A step may have been stopped in its middle for longer than the lease.
    if (!this.#survival.isOurs) return;
    this.broadcastPatch();
    this.#intake.flushed();
  }

  #evict(client: Client, reason: RoomEviction, message: string): void {
    this.#services.metrics.evicted(this.roomName, reason);
    this.log.info({ sessionId: client.sessionId, reason }, message);
    evictClient(client, reason, message);
  }

  #contain(error: unknown, where: string): void {
    try {
      this.onUncaughtException(asRoomException(error), where);
    } catch (raised) {
      this.log.error({ err: raised }, 'onUncaughtException threw');
    }
  }

  #turnEnded(hasFailed: boolean): void {
    this.#failedTurns = hasFailed ? this.#failedTurns + 1 : 0;
    if (this.#failedTurns === FAILED_TURNS_TO_RESTORE && this.#survival.restoreInPlace()) {
      this.log.error({ turns: FAILED_TURNS_TO_RESTORE }, 'room made anew from its journal');
    }
    if (this.#failedTurns === MOST_FAILED_TURNS) this.#giveUp();
  }

  /** Ends a room whose every step fails; its players are told. */
  #giveUp(): void {
    this.log.error({ turns: MOST_FAILED_TURNS }, 'room given up: every step fails');
    this.#loop.stop();
    for (const client of [...this.clients]) {
      this.#evict(client, 'room-failed', 'The room failed and was closed.');
    }
    // disconnect() throws where onCreate still runs.
    new Promise((resolve) => resolve(this.disconnect(CloseCode.WITH_ERROR))).catch(
      (error: unknown) => this.log.error({ err: error }, 'closing a failed room failed'),
    );
  }

  #loopHost(): LoopHost {
    return {
      tickClock: () => {
        this.clock.tick();
        this.#survival.tick((error) => this.#contain(error, 'timers'));
        this.#seating?.tick(performance.now());
      },
      isFrozen: () => this.#survival.isFrozen,
      isIdle: () =>
        this.clients.length === 0 &&
        this.clock.delayed.length === 0 &&
        !this.#survival.timers.isRunning,
      measuredStepMs: () => this.clock.deltaTime,
      flush: () => this.#flush(),
      fault: (error, where) => this.#contain(error, where),
      turnEnded: (hasFailed) => this.#turnEnded(hasFailed),
      ran: (seconds) => this.#ran(seconds),
      skippedSteps: (count) => this.#services.metrics.stepsSkipped(this.roomName, count),
    };
  }

  #ran(seconds: number): void {
    this.#services.metrics.tickRan(this.roomName, seconds);
    this.#output.turned(seconds * 1_000);
  }

  static {
    overridePrivate(
      Room,
      '_reserveSeat',
      (original) =>
        function reserve(...args) {
          const room = this as unknown as Room;
          return room.#seats.reserve((...own) => original.apply(this, own), ...args);
        },
    );
    overridePrivate(
      Room,
      '__init',
      (original) =>
        function init() {
          (this as unknown as Room).#initialise(() => original.call(this));
        },
    );
    overridePrivate(
      Room,
      '_onMessage',
      () =>
        function onFrame(client, frame) {
          const room = this as unknown as Room;
          if (client.state === ClientState.LEAVING) return;
          if (room.#survival.putsAside) room.#survival.putAside(client, frame);
          else room.#intake.read(client, frame, performance.now());
        },
    );
    overridePrivate(
      Room,
      '_onLeave',
      (original) =>
        function leave(...args) {
          const room = this as unknown as Room;
          return room.#seats.leave((...own) => original.apply(this, own), ...args);
        },
    );
    overridePrivate(
      Room,
      '_onJoin',
      (original) =>
        function join(...args) {
          const room = this as unknown as Room;
          return room.#seats.join((...own) => original.apply(this, own), ...args);
        },
    );
  }
}

/**
 * Runs `create` while encoders come without a buffer of their own (32 KiB a room): ours encode into the node's scratch.
 */
function withoutEncodeBuffers(create: () => void): void {
  const bufferBytes = Encoder.BUFFER_SIZE;
  Encoder.BUFFER_SIZE = 0;
  try {
    create();
  } finally {
    Encoder.BUFFER_SIZE = bufferBytes;
  }
}

async function admitByToken(roomClass: typeof Room, token: string | undefined): Promise<unknown> {
  if (token) return roomServicesOf(roomClass).tokens.verify(token);
  if (roomClass.allowAnonymous) return true;
  throw new GameError('TOKEN_MISSING');
}

function asRoomException(error: unknown): RoomException {
  const cause = error instanceof Error ? error : new Error(String(error));
  return Object.assign(new Error(cause.message, { cause }), { name: cause.name }) as never;
}
