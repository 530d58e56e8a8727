import type { InputHandle, InputOptions, RoomClock } from '@colyseus/sdk';
import { CloseCode } from '../../src/protocol/index.ts';
import { describeClose, ROOM_HAS_ENDED } from './close-reason.ts';
import type { ColyseusRoom } from './colyseus-room.ts';
import type { ConnectionState } from './connection-state.ts';
import { errorFromCode } from './error-mapping.ts';
import { listenToHost } from './host.ts';
import { type LinkOptions, LinkWatch } from './link-watch.ts';
import { Listeners } from './listeners.ts';
import { MeridianError } from './meridian-error.ts';
import { RoomNetcode } from './netcode/room-netcode.ts';
import type { PredictRoomOptions, RoomPredict } from './netcode/room-predict.ts';
import type { RoomQuality } from './netcode/room-quality.ts';
import { type ReconnectionOptions, Reconnector } from './reconnector.ts';
import { Resumption } from './resumption.ts';
import type { RoomDrop, RoomMove, RoomResumed } from './room-events.ts';
import type { RoomFinder } from './room-finder.ts';
import { RoomInputs } from './room-inputs.ts';
import { RoomSocket } from './room-socket.ts';
import type { RoomStats, StatsRecorder } from './room-stats.ts';
import { mostInputsOf } from './seat-taker.ts';
import { StatsMeter } from './stats-meter.ts';

/** How a room's connection is watched and brought back; those of the client hold for all its rooms. */
export interface MeridianRoomOptions {
  /** `false` leaves the room at the first lost connection. */
  readonly reconnection?: Partial<ReconnectionOptions> | false;
  readonly link?: Partial<LinkOptions>;
}

const RECONNECTION: ReconnectionOptions = {
  baseDelayMs: 250,
  maxDelayMs: 4_000,
  giveUpAfterMs: 60_000,
  attemptTimeoutMs: 12_000,
};
const LINK: LinkOptions = { pingAfterSilenceMs: 1_500, deadAfterMs: 5_000, wakeDeadlineMs: 1_500 };
const HEARTBEAT_MS = 1_000;
/** Beats between two pings while nobody wants figures: the clock of those who only watch lives on them. */
const BEATS_PER_PING = 2;
/** Time the server has to confirm that we left. */
const LEAVE_DEADLINE_MS = 2_000;

/**
 * A joined room. The state, messages and input are Colyseus' own (`colyseus` is the stock room, for everything that has
 * no shortcut here: `Predict.get(room.colyseus)`, `getStateCallbacks(room.colyseus)`); the connection is watched and
 * brought back by Meridian. The object, its state and its listeners stay the same over reconnections, and when the room
 * goes on at another node.
 */
export class MeridianRoom<State = unknown> {
  readonly colyseus: ColyseusRoom<State>;
  /** Where the game reports its prediction errors, for `onStats`. */
  readonly stats: StatsRecorder;

  readonly #socket: RoomSocket;
  readonly #inputs: RoomInputs;
  readonly #reconnector: Reconnector;
  readonly #link: LinkWatch;
  readonly #meter: StatsMeter;
  readonly #netcode: RoomNetcode<State>;
  readonly #onConnection = new Listeners<ConnectionState>();
  readonly #onStats = new Listeners<RoomStats>();
  readonly #onDrop = new Listeners<RoomDrop>();
  readonly #onMoved = new Listeners<RoomMove>();
  readonly #onResume = new Listeners<RoomResumed>();
  readonly #onLeave = new Listeners<{ readonly code: number; readonly reason: string }>();
  readonly #onError = new Listeners<MeridianError>();
  readonly #stopListeningToHost: () => void;
  readonly #heartbeat: ReturnType<typeof setInterval>;
  #connection: ConnectionState = { kind: 'connected' };
  #beats = 0;
  #isLeaving = false;

  /**
   * @param colyseus - a room that has just been joined; `MeridianClient` makes these
   * @param finder - asks the region where a lost room is; without one it is redialed where it was
   */
  constructor(
    colyseus: ColyseusRoom<State>,
    options: MeridianRoomOptions = {},
    finder: RoomFinder | null = null,
  ) {
    this.colyseus = colyseus;
    const room = colyseus as ColyseusRoom<unknown>;
    const nowMs = () => performance.now();
    this.#meter = new StatsMeter(nowMs(), (distance) => this.#netcode.addCorrection(distance));
    this.stats = this.#meter;
    this.#socket = new RoomSocket(room);
    const mostInputs = mostInputsOf(room);
    this.#inputs = new RoomInputs(room, { socket: this.#socket, mostInputs, nowMs });
    this.#netcode = new RoomNetcode({
      room: colyseus,
      socket: this.#socket,
      stats: this.stats,
      nowMs,
      lastByteAtMs: () => this.#link.lastByteAtMs,
      inputsDue: (at) => this.#inputs.due(at),
    });
    const resumption = new Resumption(this.#socket, this.#inputs.replay);
    this.#reconnector = new Reconnector({
      room,
      socket: this.#socket,
      finder,
      options: { ...RECONNECTION, ...(options.reconnection || {}) },
      random: Math.random,
      nowMs,
      lastByteAtMs: () => this.#link.lastByteAtMs,
      onState: (state) => this.#enter(state),
      onDrop: (drop) => this.#onDrop.emit(drop),
      onReturn: (outageMs, move) => {
        if (move !== null) this.#onMoved.emit(move);
        this.#onResume.emit({ outageMs, hasMoved: move !== null, ...resumption.resent });
      },
    });
    this.#link = new LinkWatch({
      room,
      options: { ...LINK, ...options.link },
      nowMs,
      wallClockMs: Date.now,
      onRtt: (rttMs) => {
        this.#meter.addRtt(rttMs);
        this.#netcode.addRtt(rttMs);
      },
      onDead: (reason) => this.#socket.drop(reason),
      onDeadAfterSleep: (reason) => this.#reconnector.replaceSocket(reason),
    });
    if (options.reconnection === false) colyseus.reconnection.enabled = false;
    this.#listen(nowMs);
    this.#stopListeningToHost = listenToHost({
      onVisible: () => {
        this.#netcode.show();
        this.checkConnection();
      },
      onHidden: () => this.#netcode.hide(),
      onOnline: () => this.checkConnection(),
    });
    this.#heartbeat = setInterval(() => this.#beat(nowMs()), HEARTBEAT_MS);
    this.#link.ping();
  }

  get state(): State {
    return this.colyseus.state;
  }

  get roomId(): string {
    return this.colyseus.roomId;
  }

  get sessionId(): string {
    return this.colyseus.sessionId;
  }

  get name(): string {
    return this.colyseus.name;
  }

  /** For `client.reconnect()` after a page reload. New after each reconnection: read it when you store it. */
  get reconnectionToken(): string {
    return this.colyseus.reconnectionToken;
  }

  /** Estimated server time, smoothed RTT and render time. */
  get clock(): RoomClock {
    return this.colyseus.clock;
  }

  /** Where the connection stands now. */
  get connection(): ConnectionState {
    return this.#connection;
  }

  /** @returns stops listening, as all of these do */
  onStateChange(listener: (state: State) => void): () => void {
    this.colyseus.onStateChange(listener);
    return () => this.colyseus.onStateChange.remove(listener);
  }

  onMessage<Payload = unknown>(
    type: string | number,
    listener: (payload: Payload) => void,
  ): () => void {
    return this.colyseus.onMessage<Payload>(type, listener);
  }

  /** Every change of the connection, beginning with the present state. */
  onConnection(listener: (state: ConnectionState) => void): () => void {
    listener(this.#connection);
    return this.#onConnection.add(listener);
  }

  /** Once a second. */
  onStats(listener: (stats: RoomStats) => void): () => void {
    if (this.#onStats.size === 0) this.#meter.take(performance.now());
    return this.#onStats.add(listener);
  }

  /** How good the link is, with every change of it, beginning with the present: what the room sends, and whether to warn the player. */
  onQuality(listener: (quality: RoomQuality) => void): () => void {
    return this.#netcode.onQuality(listener);
  }

  /** The connection is lost, and being brought back. */
  onDrop(listener: (drop: RoomDrop) => void): () => void {
    return this.#onDrop.add(listener);
  }

  /** The room goes on at another node; told when the connection to it stands, before {@link onResume}. */
  onMoved(listener: (move: RoomMove) => void): () => void {
    return this.#onMoved.add(listener);
  }

  /** The connection is back. What had not reached the room has been sent again. */
  onResume(listener: (resumed: RoomResumed) => void): () => void {
    return this.#onResume.add(listener);
  }

  /** The end: the player left, was removed, or could not be brought back. Not called for an outage that is survived. */
  onLeave(listener: (code: number, reason: string) => void): () => void {
    return this.#onLeave.add(({ code, reason }) => listener(code, reason));
  }

  /** What the room reports while it goes on. */
  onError(listener: (error: MeridianError) => void): () => void {
    return this.#onError.add(listener);
  }

  /** During an outage the last 256 messages (256 KiB) wait and are sent on return. Each is applied once. */
  send(type: string | number, payload?: unknown): void {
    this.colyseus.send(type, payload);
  }

  /**
   * Sends a message and gives what the server's handler returned.
   *
   * @throws {MeridianError} `CLOSED` while the connection is down, `TIMEOUT`, or `INTERNAL` with the handler's message
   */
  async request<Response = unknown>(
    type: string | number,
    payload?: unknown,
    options: { readonly timeoutMs?: number } = {},
  ): Promise<Response> {
    try {
      return await this.colyseus.request<unknown, Response>(
        type,
        payload,
        options.timeoutMs === undefined ? undefined : { timeout: options.timeoutMs },
      );
    } catch (cause) {
      throw requestError(cause, this.#socket.isOpen);
    }
  }

  /** The input handle of rooms that call `defineInput`; the same one at every call. */
  input<Input = unknown>(options?: InputOptions<Input>): InputHandle<Input> {
    const input = this.colyseus.input<Input>(options);
    this.#netcode.stamp(input);
    return input;
  }

  /**
   * What a frame shows: own figures predicted, others a moment in the past, as late as this link needs. The same one at every call; the
   * options count at the first.
   */
  predict(options?: PredictRoomOptions<State>): RoomPredict<State> {
    return this.#netcode.predict(options);
  }

  /**
   * How many inputs to send in this frame: one for each fixed step of the room that has passed. It is what `predict.tick(nowMs)` returns,
   * for games that predict nothing: this clock follows the room's, so that inputs are there when their steps are. 0 before `input()` was called, and in rooms without a fixed step.
   *
   * @param nowMs - the frame's timestamp; call once per frame
   */
  inputsDue(nowMs: number): number {
    return this.#inputs.due(nowMs);
  }

  /**
   * Looks whether the connection is alive and replaces it when it is not. Browsers need no call: it is made when the
   * page is shown again or the network returns. React Native calls it when `AppState` becomes `active`.
   */
  checkConnection(): void {
    if (this.#reconnector.isReconnecting) this.#reconnector.hurry();
    else if (this.#connection.kind !== 'closed') this.#link.probe();
  }

  /** Gives the seat up. Resolves when the server confirmed, or after two seconds without an answer. */
  async leave(): Promise<void> {
    if (this.#connection.kind === 'closed') return;
    this.#isLeaving = true;
    await new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(deadline);
        resolve();
      };
      const leaveAlone = () => {
        this.#reconnector.stop();
        this.colyseus.onLeave.invoke(CloseCode.CONSENTED);
        this.colyseus.connection.close();
      };
      const deadline = setTimeout(leaveAlone, LEAVE_DEADLINE_MS);
      this.#onLeave.add(end);
      if (this.#socket.isOpen) void this.colyseus.leave();
      else leaveAlone();
    });
  }

  #listen(nowMs: () => number): void {
    this.#socket.tap({
      onReceiving: (frame) => {
        this.#link.onBytes();
        this.#meter.addReceived(frame);
      },
      onReceived: () => this.#meter.addPatchTiming(nowMs(), this.colyseus.clock.lastServerTime()),
      onSending: (frame) => this.#meter.addSent(frame.byteLength),
    });
    this.colyseus.onLeave((code, reason) => this.#close(code, reason));
    this.colyseus.onError((code, message) => {
      // Without a code it is the socket's own error; the close that follows says more.
      if (typeof code === 'number' && !this.#reconnector.isReconnecting) {
        this.#onError.emit(errorFromCode(code, message));
      }
    });
  }

  #beat(nowMs: number): void {
    if (this.#link.hasSlept()) this.checkConnection();
    else if (!this.#reconnector.isReconnecting) this.#link.check();
    this.#netcode.beat();
    this.#beats += 1;
    const wantsStats = this.#onStats.size > 0;
    if (wantsStats || this.#beats % BEATS_PER_PING === 0) this.#link.ping();
    if (wantsStats) this.#onStats.emit({ ...this.#meter.take(nowMs), ...this.#netcode.figures });
  }

  #enter(state: ConnectionState): void {
    this.#connection = state;
    // A probe of the old socket must not judge the tries for a new one.
    if (state.kind === 'reconnecting') this.#link.stop();
    if (state.kind === 'resumed') {
      this.#meter.reconnects += 1;
      this.#link.reset();
    }
    this.#onConnection.emit(state);
  }

  #close(code: number, serverReason?: string): void {
    if (this.#connection.kind === 'closed') return;
    clearInterval(this.#heartbeat);
    this.#link.stop();
    this.#stopListeningToHost();
    this.#netcode.close();
    const hasEnded = code === CloseCode.CONSENTED && !this.#isLeaving;
    const { reason } = describeClose(code, serverReason || (hasEnded ? ROOM_HAS_ENDED : ''));
    this.#enter({ kind: 'closed', code, reason });
    this.#onLeave.emit({ code, reason });
  }
}

function requestError(cause: unknown, isOpen: boolean): MeridianError {
  const message = cause instanceof Error ? cause.message : String(cause);
  if (!isOpen || message.includes('connection closed')) {
    return new MeridianError({ code: 'CLOSED', message, retryable: true, cause });
  }
  if (message.includes('timed out')) {
    return new MeridianError({ code: 'TIMEOUT', message, retryable: true, cause });
  }
  return new MeridianError({ code: 'INTERNAL', message, retryable: false, cause });
}
