import {
  type AuthContext,
  type Client,
  ClientState,
  Room as ColyseusRoom,
  type DefineInputOptions,
  ErrorCode,
  type IdleContext,
  Protocol,
  type RoomException,
  type RoomOptions,
  SchemaSerializer,
  ServerError,
  type StepContext,
} from '@colyseus/core';
import { Encoder, type StateView } from '@colyseus/schema';
import { PROTOCOL_CODE_MASK } from '@colyseus/shared-types';
import { WebSocket } from 'ws';
import type { PlayerIdentity } from '../auth/contract.ts';
import { GameError } from '../errors/game-error.ts';
import { CloseCode } from '../protocol/close-codes.ts';
import { encodeBundleSection, INPUT_BUNDLE_CODE } from '../protocol/input-bundle.ts';
import { INPUT_PACE_MESSAGE } from '../protocol/input-pace.ts';
import { type LinkQuality, QUALITY_MESSAGE } from '../protocol/link-quality.ts';
import { LINK_REPORT_CODE } from '../protocol/link-report.ts';
import { systemClock } from '../shared/clock.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { EvictionReason } from '../telemetry/room-metrics.ts';
import { MeridianClient } from '../transport/ws/meridian-client.ts';
import { layInputLane } from '../transport/ws/short-frame-reader.ts';
import type { Durability, WhenIsolated } from './durability.ts';
import { type FlushListener, PatchSerializer } from './flow/patch-serializer.ts';
import { patchIntervalsOf } from './flow/quality-levels.ts';
import { RoomFlow } from './flow/room-flow.ts';
import { FrameGuard } from './guards/frame-guard.ts';
import {
  type ClientInternals,
  internals,
  overridePrivate,
  type RoomInternals,
} from './guards/room-internals.ts';
import { Rate } from './guards/token-bucket.ts';
import { InputGuard, type InputGuardListener } from './inputs/input-guard.ts';
import { RoomInputLane } from './inputs/input-lane.ts';
import { InputWait } from './inputs/input-wait.ts';
import { repeatedStepsOf } from './inputs/repeat-last.ts';
import type { Interest } from './interest/interest.ts';
import { SegmentSerializer } from './interest/segment-serializer.ts';
import { JoinWatch } from './join-watch.ts';
import { RoomStateKeeper } from './journal/room-state-keeper.ts';
import { LinkReports } from './link-reports.ts';
import { MATCH_OPTION, readMatchOption } from './match/match-option.ts';
import { MatchSeating, type MatchSeatingHost } from './match/match-seating.ts';
import type { RoomMatch } from './match/room-match.ts';
import { RoomSurvival } from './ownership/room-survival.ts';
import { playerIdOf, RoomAnalytics } from './room-analytics.ts';
import { roomServicesOf } from './room-class.ts';
import { type LoopHost, RoomLoop } from './stepping/room-loop.ts';
import type { RoomTimers } from './timers/room-timers.ts';

// Colyseus' Room made safe: its API, its wire format, its hooks. What is added lives in parts, one file each:
//
//   frame in ──▶ FrameGuard ──▶ Colyseus ──▶ InputGuard (codec, budget, one for each step) ──▶ the game's step
//   the game's step ──▶ RoomLoop ──▶ broadcastPatch ──▶ PatchSerializer (owned bytes, send gate) ──▶ socket
//                                                    │    SegmentSerializer, where the game says who sees what
//                                                    └──▶ RoomSurvival (seats, journal, owner) ──▶ another node, one day
//
// The promises are docs/spec/rooms.md and docs/spec/survival.md.

/** Colyseus' own default is no limit at all. */
const DEFAULT_MAX_CLIENTS = 64;
/** Turns of the loop (steps with their flush) that may fail in a row before the room is given up: 1.5 s at 20 Hz. */
const MOST_FAILED_TURNS = 30;

/** Turns that may fail in a row before a durable room is made anew from its journal. */
const FAILED_TURNS_TO_RESTORE = 3;

/** Where a client carries its frame guard: read for every frame, and a property is cheaper than a map. */
const FRAME_GUARD = Symbol('meridian.frame-guard');
const HAS_LANE = Symbol('meridian.has-lane');
const HAS_LOST_SEAT = Symbol('meridian.has-lost-seat');
type GuardedClient = ClientInternals & {
  [FRAME_GUARD]?: FrameGuard;
  [HAS_LANE]?: boolean;
  [HAS_LOST_SEAT]?: boolean;
};

const CLOSE_CODES: Readonly<Record<Exclude<EvictionReason, 'silent'>, number>> = {
  'bad-frame': CloseCode.BAD_FRAME,
  'rate-limited': CloseCode.RATE_LIMITED,
  'too-slow': CloseCode.TOO_SLOW,
  'room-failed': CloseCode.WITH_ERROR,
  'signed-out': CloseCode.SIGNED_OUT,
  banned: CloseCode.BANNED,
};

/** Colyseus' own, before this class overrides it. */
const colyseusOnMessage = (ColyseusRoom.prototype as unknown as RoomInternals)._onMessage;

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
  #inputGuard: InputGuard | undefined;
  readonly #inputWait = new InputWait();
  readonly #linkReports = new LinkReports({
    taken: (report) => this.#services.metrics.clientLinks.reported(this.roomName, report),
    dropped: (why) => this.#services.metrics.clientLinks.reportDropped(this.roomName, why),
  });
  readonly #joins = new JoinWatch({
    metrics: this.#services.metrics.joins,
    roomName: () => this.roomName,
    roomId: () => this.roomId,
  });
  #frameRate: Rate | undefined;
  #isStepFixed = false;
  readonly #flow = this.#makeFlow();
  #failedTurns = 0;
  #seating: MatchSeating | null = null;
  /** Null without interest. */
  #segments: SegmentSerializer<never> | null = null;
  #log: Logger | undefined;
  #analytics: RoomAnalytics | undefined;
  /** Colyseus has put its wrapper around onAuth by now; a class field of the game would come after it. */
  readonly #stockOnAuth = this.onAuth;
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
    inputSection: () => encodeBundleSection(this.#inputGuard?.mostInputs ?? 1),
    isSound: () => !this.#loop.hasFailed,
    flush: () => this.#flush(),
    read: (client, frame, arrivedAtMs) => this.#read(client, frame, arrivedAtMs),
  });

  get #services() {
    return roomServicesOf(this.constructor);
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
      this.#inputGuard?.step(this.clients, performance.now());
      return step(ctx);
    };
    this.#isStepFixed = true;
    this.#inputGuard?.pace();
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
    const repeats = (idle: IdleContext<unknown>) => this.#repeatOf(idle, repeatedSteps);
    const stock = repeatedSteps === 0 ? options : { ...options, idle: repeats };
    const api = super.defineInput<C, O>(type, stock as O | undefined);
    const controller = internals(this)._inputController;
    if (controller && this.#inputGuard === undefined) {
      this.#inputGuard = new InputGuard(controller, this.#inputListener());
      if (this.#isStepFixed) this.#inputGuard.pace();
    }
    this.#inputGuard?.guess(repeatedSteps);
    return api;
  }

  /** The last input, while it may be repeated; true is the neutral one to Colyseus. */
  #repeatOf(
    { latest, sessionId }: IdleContext<unknown>,
    mostSteps: number,
  ): true | Partial<unknown> {
    const emptySteps = this.#inputGuard?.emptyStepsOf(this.clients.getById(sessionId));
    return emptySteps !== undefined && emptySteps <= mostSteps ? (latest ?? true) : true;
  }

  #inputListener(): InputGuardListener {
    return {
      overBudget: () => this.#services.metrics.inputsOverBudget(this.roomName, 1),
      paced: (report) => this.#services.metrics.inputsPaced(this.roomName, report),
      offPace: (client, errorSteps) => client.send(INPUT_PACE_MESSAGE, errorSteps),
    };
  }

  /** Colyseus'. What is to come after the next patch takes it along to those who would get it later. */
  override broadcast(...args: Parameters<ColyseusRoom<T>['broadcast']>): void {
    const options = args[2];
    if (options?.afterNextPatch) this.#flow.pull();
    super.broadcast(...args);
  }

  override setSerializer(serializer: Parameters<ColyseusRoom<T>['setSerializer']>[0]): void {
    const isStock =
      serializer instanceof SchemaSerializer && !(serializer instanceof PatchSerializer);
    if (!isStock) {
      super.setSerializer(serializer);
      return;
    }
    const own = this.#makeSerializer();
    // Also when the room's state is replaced by another object.
    own.recorder = this.#state.recorder;
    super.setSerializer(own as never);
  }

  #makeSerializer(): PatchSerializer<never> {
    const { scratch, segments } = this.#services;
    const deps = { scratch, listener: this.#flushListener(), flow: this.#flow };
    const { interest } = this;
    if (interest === null) return new PatchSerializer(deps);
    const fault = (error: unknown) => this.#contain(error, 'interest');
    this.#segments = new SegmentSerializer({
      ...{ ...deps, interest, fault },
      usesSegments: segments.works,
      patchIntervalMs: () => this.#loop.effectivePatchRateMs,
    });
    return this.#segments;
  }

  #makeFlow(): RoomFlow {
    const { metrics, config } = this.#services;
    return new RoomFlow(config, {
      flushEveryMs: () => this.#loop.effectivePatchRateMs ?? 0,
      held: (count) => metrics.flow.held(this.roomName, count),
      overloadChanged: (from, to, tookMs) => {
        if (from === 0) metrics.flow.overloaded(this.roomName, 1);
        if (to === 0) metrics.flow.overloaded(this.roomName, -1);
        const figures = { step: to, tookMs: Math.round(tookMs) };
        if (to > from) this.log.warn(figures, 'room degraded: its turns take too long');
        else this.log.info(figures, 'room shows more again');
      },
      levelChanged: (client, { level, budgetBytesPerS }) => {
        metrics.flow.levelChanged(this.roomName, level, budgetBytesPerS);
        const { sessionId } = client;
        this.log.debug({ sessionId, level, budgetBytesPerS, rtt: client.rtt }, 'quality changed');
      },
      tell: (client, level) => {
        const everyMs = this.#loop.effectivePatchRateMs ?? 0;
        const cadences = this.#segments?.cadencesOf(client) ?? null;
        const patchIntervalMs = patchIntervalsOf(level, everyMs, cadences);
        client.send(QUALITY_MESSAGE, { level, patchIntervalMs } satisfies LinkQuality);
      },
    });
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
      if (this.#flow.overload > 0) this.#services.metrics.flow.overloaded(this.roomName, -1);
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
      this.#segments?.left(client);
      if (client instanceof MeridianClient) this.#flow.left(client);
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
    const forSeconds = seconds === 'manual' ? Number.POSITIVE_INFINITY : seconds;
    this.#survival.seatHeld(previousClient, forSeconds);
    // First of all: before the game hears of it, here or in onReconnect.
    waiting.then(
      (client) => this.#survival.comesBack(client as ClientInternals),
      () => undefined,
    );
    return waiting;
  }

  /** Colyseus': whether a client may sit down here. */
  override hasReservedSeat(sessionId: string, reconnectionToken?: string): boolean {
    return super.hasReservedSeat(sessionId, this.#currentToken(reconnectionToken));
  }

  /** Colyseus': the session that may come back with this token. */
  override checkReconnectionToken(reconnectionToken: string): string {
    return super.checkReconnectionToken(this.#survival.ledger.currentToken(reconnectionToken));
  }

  #currentToken(token: string | undefined): string | undefined {
    return token === undefined ? undefined : this.#survival.ledger.currentToken(token);
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
    this.#joins.flushed();
    const waitMs = this.#inputWait.flushed(performance.now());
    if (waitMs !== null)
      this.#services.metrics.clientLinks.inputAcknowledged(this.roomName, waitMs);
  }

  /**
   * A seat outlives the token it was asked for with, and a reconnection shows none.
   *
   * @param auth - of the seat; the game's own when its `onAuth` is
   * @throws {GameError} `TOKEN_REVOKED`, `PLAYER_BANNED`
   */
  #refuseUnwelcome(auth: unknown): void {
    const player = auth as Partial<PlayerIdentity> | null | undefined;
    if (typeof player?.playerId !== 'string') return;
    const refusal = this.#services.tokens.refusalOf(player as PlayerIdentity);
    if (refusal !== null) throw refusal;
  }

  #hasOwnOnAuth(): boolean {
    const { prototype } = this.constructor as typeof Room;
    return prototype.onAuth !== ColyseusRoom.prototype.onAuth || this.onAuth !== this.#stockOnAuth;
  }

  /**
   * A player returns while his old connection still looks open (a phone that changed networks). Colyseus would wait for
   * the old socket to die of its own, up to three pings.
   */
  #endStaleConnection(sessionId: string, reconnectionToken: string | undefined): void {
    if (reconnectionToken === undefined) return;
    const stale = this.clients.getById(sessionId);
    if (stale instanceof MeridianClient && stale.reconnectionToken === reconnectionToken) {
      // After Colyseus has begun to wait for it.
      setImmediate(() => stale.ref.terminate());
    }
  }

  /** Whether a member's new connection ended before he had answered on it; not when `onReconnect` refused him. */
  #isLostOnWayBack(client: ClientInternals, code: number | undefined): boolean {
    if (client._enqueuedMessages === undefined) return false;
    if (!this.#survival.ledger.isUnanswered(client)) return false;
    return code !== CloseCode.FAILED_TO_RECONNECT || client.readyState !== WebSocket.OPEN;
  }

  /** @param arrivedAtMs - `performance.now()` when it came */
  #read(client: ClientInternals, frame: Buffer, arrivedAtMs: number): void {
    if (client.state === ClientState.LEAVING) return;
    try {
      if (!this.#admitFrame(client, frame, arrivedAtMs)) return;
      if (isJoinAcknowledged(client, frame)) this.#completeJoin(client);
      else {
        colyseusOnMessage.call(internals(this), client, frame);
        if (isInput(frame)) this.#inputArrived(client, arrivedAtMs);
      }
    } catch (error) {
      this.#contain(error, 'onMessage');
    }
    if (this.#inputGuard?.isMalformed(client)) this.#evictMalformed(client);
  }

  /** One that did not come by the lane: the first one never does. */
  #inputArrived(client: ClientInternals, atMs: number): void {
    this.#inputWait.arrived(client, atMs);
    this.#joins.inputArrived(client, atMs);
  }

  /** @returns whether Colyseus should read the frame */
  #admitFrame(client: GuardedClient, frame: Buffer, nowMs: number): boolean {
    let guard = client[FRAME_GUARD];
    if (guard === undefined) {
      guard = this.#createFrameGuard(nowMs);
      client[FRAME_GUARD] = guard;
      guard.grant(this.#survival.repeatCredit(client.sessionId));
    }
    const refusal = guard.check(client, frame, nowMs);
    if (refusal !== null) {
      this.#evict(client, refusal.reason, refusal.message);
      return false;
    }
    if (frame[0] === LINK_REPORT_CODE) {
      this.#linkReports.receive(client, frame, nowMs);
      return false;
    }
    this.#survival.countFrame(client, frame);
    // Colyseus counts too, over another window and with another end; the guard has spoken for both.
    client._messageCountResetsAt = 0;
    // Where there are no inputs, a bundle of them is nothing that Colyseus could read.
    const otherwise = frame[0] === INPUT_BUNDLE_CODE ? 'malformed' : 'other';
    const reception = this.#inputGuard?.receive(client, frame, nowMs) ?? otherwise;
    if (reception === 'malformed') this.#evictMalformed(client);
    else if (reception === 'taken') {
      this.#inputArrived(client, nowMs);
      this.#layInputLane(client, guard);
    }
    return reception === 'other';
  }

  /**
   * The client has the handshake: it gets the state, and what was sent to it meanwhile.
   *
   * Colyseus does the same and then deletes a property, which turns the client into a hash table for V8: every access to
   * every client, some twenty per player and step, becomes a lookup.
   */
  #completeJoin(client: ClientInternals): void {
    client.state = ClientState.JOINED;
    client._joinedAt = this.clock.elapsedTime;
    if (this.state) internals(this).sendFullState(client);
    this.#joins.stateSent(client);
    for (const message of client._enqueuedMessages ?? []) client.raw(message);
    Object.assign(client, { _enqueuedMessages: undefined });
    this.#survival.answered(client);
  }

  /** Once: this input has come the long way, the next ones need not. */
  #layInputLane(client: GuardedClient, guard: FrameGuard): void {
    const inputs = this.#inputGuard;
    const frames = guard.bucket;
    if (client[HAS_LANE] || inputs === undefined || frames === null) return;
    client[HAS_LANE] = true;
    if (!(client instanceof MeridianClient)) return;
    const fault = (error: unknown) => this.#contain(error, 'onMessage');
    const malformed = () => this.#evictMalformed(client);
    const host = { survival: this.#survival, wait: this.#inputWait, fault, malformed };
    layInputLane(client.ref, new RoomInputLane(host, client, { frames, inputs }));
  }

  #createFrameGuard(nowMs: number): FrameGuard {
    if (this.#frameRate?.perSecond !== this.maxMessagesPerSecond) {
      this.#frameRate = new Rate(this.maxMessagesPerSecond);
    }
    const limits = {
      messagesPerSecond: this.#frameRate,
      messagesPerSecondByType: this.maxMessagesPerSecondByType,
      messagesPerSecondPerType: this.#services.config.messagesPerSecondPerType,
    };
    return new FrameGuard(limits, nowMs);
  }

  #evictMalformed(client: Client): void {
    this.#evict(client, 'bad-frame', 'An input that does not fit the input schema.');
  }

  #evict(client: Client, reason: keyof typeof CLOSE_CODES, message: string): void {
    this.#services.metrics.evicted(this.roomName, reason);
    this.log.info({ sessionId: client.sessionId, reason }, message);
    client.ref.removeAllListeners('message');
    // No more patches, and no second eviction while the connection closes.
    client.state = ClientState.LEAVING;
    // A slow link may get better; whoever broke a rule has lost the seat.
    (client as GuardedClient)[HAS_LOST_SEAT] = reason !== 'too-slow';
    if (client instanceof MeridianClient) client.evict(CLOSE_CODES[reason], message);
    else client.leave(CLOSE_CODES[reason], message);
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
    this.#flow.turned(seconds * 1_000, this.#loop.intervalMs);
  }

  #flushListener(): FlushListener {
    return {
      patchSent: (bytes) => this.#services.metrics.patchSent(this.roomName, bytes),
      sendGateSkipped: (count) => this.#services.metrics.sendGateSkipped(this.roomName, count),
      resynced: () => this.#services.metrics.resynced(this.roomName),
      tooSlow: (client, backlogBytes) =>
        this.#evict(client, 'too-slow', `${backlogBytes} bytes sent and not read.`),
    };
  }

  static {
    overridePrivate(
      Room,
      '_reserveSeat',
      (original) =>
        async function reserve(sessionId, options, auth, seconds, isReconnection) {
          const room = this as unknown as Room;
          if (isReconnection === true) {
            room.#seating?.held(sessionId, auth);
            return original.call(this, sessionId, options, auth, seconds, true);
          }
          // A seat that was reserved behind the last checkpoint would be lost with this instance.
          await room.#survival.mayReserve();
          if (room.#seating?.admit(sessionId, options, auth) === false) return false;
          const isReserved = await original.call(this, sessionId, options, auth, seconds);
          if (!isReserved) room.#seating?.refused(sessionId);
          else {
            room.#joins.reserved(this._reservedSeats[sessionId]);
            room.#survival.seatReserved(
              sessionId,
              options,
              auth,
              seconds ?? room.seatReservationTimeout,
            );
          }
          return isReserved;
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
          else room.#read(client, frame, performance.now());
        },
    );
    overridePrivate(
      Room,
      '_onLeave',
      (original) =>
        function leave(client, code) {
          const room = this as unknown as Room;
          const run = () => {
            // Colyseus asks a client in this state for no way back: it calls onLeave, not onDrop.
            if (hasLostSeat(client)) client.state = ClientState.RECONNECTING;
            else if (room.#isLostOnWayBack(client, code)) countAsJoined(client);
            room.#survival.connectionEnded(client);
            return original.call(this, client, code);
          };
          if (code === CloseCode.FAILED_TO_RECONNECT && room.#isLostOnWayBack(client, code)) {
            // Colyseus' join waits for this, and would for the game's onDrop; nor has it put the last hold away yet.
            setImmediate(() => {
              this._onLeave(client, CloseCode.MAY_TRY_RECONNECT).catch((error: unknown) =>
                room.#contain(error, 'onDrop'),
              );
            });
            return Promise.resolve();
          }
          return room.#survival.standsStill ? room.#survival.later(run) : run();
        },
    );
    overridePrivate(
      Room,
      '_onJoin',
      (original) =>
        async function join(client, context, options) {
          const room = this as unknown as Room;
          const cameWith = options?.reconnectionToken;
          const seat = this._reservedSeats[client.sessionId];
          room.#refuseUnwelcome(seat?.[1]);
          const sitDown = () =>
            room.#survival.join(client, cameWith, async () => {
              const reconnectionToken = room.#currentToken(cameWith);
              room.#wake();
              room.#endStaleConnection(client.sessionId, reconnectionToken);
              if (room.#hasOwnOnAuth()) await admitByInstance(room, client, context);
              await original.call(this, client, context, {
                ...options,
                ...(reconnectionToken === undefined ? {} : { reconnectionToken }),
              });
            });
          // Who comes back has been seen to come.
          if (cameWith !== undefined) await sitDown();
          else await room.#joins.joining(client, { seat, given: options?.traceparent }, sitDown);
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

function isJoinAcknowledged(client: Client, frame: Uint8Array): boolean {
  return frame[0] === Protocol.JOIN_ROOM && client.state === ClientState.JOINING;
}

/** Whether Colyseus has read an input from it: one with a time stamp. */
function isInput(frame: Uint8Array): boolean {
  return ((frame[0] as number) & PROTOCOL_CODE_MASK) === Protocol.ROOM_INPUT_RELIABLE;
}

/** Whether a leaving client gave up its seat: a game that keeps seats for dropped players must not keep this one. */
function hasLostSeat(client: GuardedClient): boolean {
  if (client[HAS_LOST_SEAT] === true) return true;
  const transported: unknown = client;
  return transported instanceof MeridianClient && transported.hasBrokenProtocol;
}

/** Colyseus drops and keeps seats of those only who have answered; a member is one already. */
function countAsJoined(client: ClientInternals): void {
  client.state = ClientState.JOINED;
  Object.assign(client, { _enqueuedMessages: undefined });
}

async function admitByToken(roomClass: typeof Room, token: string | undefined): Promise<unknown> {
  if (token) return roomServicesOf(roomClass).tokens.verify(token);
  if (roomClass.allowAnonymous) return true;
  throw new GameError('TOKEN_MISSING');
}

/**
 * Runs a game's own `onAuth(client, options, context)`. Colyseus leaves it out where a static `onAuth` exists, and ours
 * always does: a check the game relies on would silently not happen.
 */
async function admitByInstance(
  room: Room,
  client: ClientInternals,
  context: AuthContext,
): Promise<void> {
  const seats = internals(room)._reservedSeats;
  const seat = seats[client.sessionId];
  if (seat === undefined || seat[2] === true || seat[3] === true) return;
  client.auth = seat[1];
  const admitted: unknown = await room.onAuth(client, seat[0], context);
  if (!admitted)
    throw new ServerError(ErrorCode.AUTH_FAILED, 'The room did not admit this player.');
  if (seats[client.sessionId] !== seat) {
    throw new ServerError(ErrorCode.MATCHMAKE_EXPIRED, 'The seat expired while onAuth ran.');
  }
  if (admitted !== true) seat[1] = admitted;
}

function asRoomException(error: unknown): RoomException {
  const cause = error instanceof Error ? error : new Error(String(error));
  return Object.assign(new Error(cause.message, { cause }), { name: cause.name }) as never;
}
