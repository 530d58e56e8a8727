import { CloseCode, parseMovedReason } from '../../src/protocol/index.ts';
import { type BackoffOptions, fullJitterDelayMs } from './backoff.ts';
import { describeClose } from './close-reason.ts';
import type { ColyseusRoom } from './colyseus-room.ts';
import type { ConnectionState } from './connection-state.ts';
import type { RoomAnswer, RoomFinder } from './room-finder.ts';
import type { RoomSocket, SocketClose } from './room-socket.ts';
import type { RoomTarget } from './room-target.ts';
import { nextSearchStep } from './search-step.ts';

export interface ReconnectionOptions extends BackoffOptions {
  /** Outage after which the room counts as lost. At least one try is made after a long sleep. */
  readonly giveUpAfterMs: number;
  /**
   * Longest time one try may take. Not below the ~9 s a server needs to notice that the old, half-open connection is dead:
   * until then it makes the new one wait. A try cut short can cost the seat, for the server may have accepted it already.
   */
  readonly attemptTimeoutMs: number;
}

/** The connection is lost, or was ended by a node that the room has left. */
export interface RoomDrop {
  /** WebSocket close code. */
  readonly code: number;
  /** For people. */
  readonly reason: string;
}

/** The room goes on in another process of the region. */
export interface RoomMove {
  /** processId. */
  readonly from: string;
  /** processId. */
  readonly to: string;
  /** `moved` on purpose (its node was drained), or `recovered` after its node was lost. */
  readonly reason: 'moved' | 'recovered';
}

/** A lost connection is back. */
export interface RoomReturn {
  readonly outageMs: number;
  /** Null when the room is where it was. */
  readonly move: RoomMove | null;
}

export interface ReconnectorDependencies {
  readonly room: ColyseusRoom<unknown>;
  readonly socket: RoomSocket;
  /** Null for a room whose region cannot be asked: it is redialed where it was. */
  readonly finder: RoomFinder | null;
  readonly options: ReconnectionOptions;
  readonly random: () => number;
  /** Monotonic, in ms. */
  readonly nowMs: () => number;
  readonly onState: (state: ConnectionState) => void;
  readonly onDrop: (drop: RoomDrop) => void;
  readonly onReturn: (back: RoomReturn) => void;
}

interface Outage {
  readonly startedAtMs: number;
  readonly reason: string;
  /** processId before. */
  readonly from: string;
  attempt: number;
  /** The node that closed the connection said where the room went. */
  wasMoved: boolean;
  /** It said so just now: the next try needs no question. */
  isSent: boolean;
  room: 'unknown' | 'elsewhere' | 'recovering';
  /** How often in a row the region answered in this way. */
  readonly answers: { kind: RoomAnswer['kind'] | null; count: number };
}

/** One try, from the wish to redial until the dialing. A newer one takes its place. */
interface Search {
  readonly redial: () => void;
  dialAtMs: number;
  /** Ends the present wait. */
  wake: (() => void) | null;
}

/** Nodes that send a client to and fro do so only this often without a question. */
const MAX_TRIES_AS_SENT = 3;
/** Everybody who lost a node asks and dials at once; this spreads them a little. */
const SPREAD_MOVED_MS = 30;
const SPREAD_QUESTIONS_MS = 50;
/** What a node says that is up, but does not have the room (any more, or yet): worth a question before it is believed. */
const DOUBTFUL_CODES: ReadonlySet<number> = new Set([
  CloseCode.WITH_ERROR,
  CloseCode.FAILED_TO_RECONNECT,
]);
/** So long into an outage the region itself may still believe in the node that was lost: a lease, and the way to the next owner. */
const DOUBT_MS = 8_000;

/**
 * Brings a room back after its connection was lost, wherever it is now. Colyseus does the protocol (token, resync), this
 * class the timing and the address:
 *
 *   socket closed ─▶ onDrop ─▶ Colyseus asks to redial ─▶ ask the region, wait (full jitter, hurried by online/wake) ─▶ redial
 *        ▲                                                      │                                                  │
 *        ├──────────────── refused, or took too long ───────────┼──────────────────────────────────────────────────┤
 *        │                                                      │                                           JOIN ─▶ resumed
 *        └── final close code, or gave up ─▶ onLeave ─▶ closed ◀┘ ROOM_LOST
 */
export class Reconnector {
  readonly #deps: ReconnectorDependencies;
  #outage: Outage | null = null;
  #search: Search | null = null;
  #waitTimer: ReturnType<typeof setTimeout> | undefined;
  #tryTimer: ReturnType<typeof setTimeout> | undefined;
  #skipsNextDelay = false;
  #isStopped = false;

  constructor(deps: ReconnectorDependencies) {
    this.#deps = deps;
    const { room, socket } = deps;
    // Colyseus refuses to reconnect rooms younger than minUptime, and waits without jitter: both off.
    Object.assign(room.reconnection, {
      minUptime: 0,
      minDelay: 0,
      maxDelay: 0,
      maxRetries: Number.POSITIVE_INFINITY,
    });
    socket.interceptRedial((redial) => this.#onRedial(redial));
    socket.interceptClose((close, pass) => this.#onClose(close, pass));
    room.onDrop((code, reason) => this.#onDrop(code, reason));
    room.onReconnect(() => this.#onReconnect());
    room.onLeave(() => this.stop());
  }

  get isReconnecting(): boolean {
    return this.#outage !== null;
  }

  /** Makes a waiting try now: the network or the player is back. */
  hurry(): void {
    const search = this.#search;
    if (search === null) return;
    search.dialAtMs = this.#deps.nowMs();
    search.wake?.();
  }

  /** Gives the present socket up and tries again at once. */
  replaceSocket(reason: string): void {
    this.#skipsNextDelay = true;
    this.#deps.socket.drop(reason);
  }

  stop(): void {
    this.#isStopped = true;
    this.#outage = null;
    this.#search = null;
    clearTimeout(this.#waitTimer);
    clearTimeout(this.#tryTimer);
  }

  #onDrop(code: number, text?: string): void {
    clearTimeout(this.#tryTimer);
    const { socket, nowMs, onDrop } = this.#deps;
    const movedTo = code === CloseCode.MAY_TRY_RECONNECT ? parseMovedReason(text) : null;
    const { reason } = describeClose(
      code,
      movedTo === null ? text : 'The room moves to another node.',
    );
    const isFirst = this.#outage === null;
    // Also comes after each failed try; the outage began with the first.
    this.#outage ??= {
      startedAtMs: nowMs(),
      reason,
      from: socket.target.processId,
      attempt: 0,
      wasMoved: false,
      isSent: false,
      room: 'unknown',
      answers: { kind: null, count: 0 },
    };
    if (movedTo !== null) {
      const { processId, publicAddress } = movedTo;
      this.#outage.wasMoved = true;
      this.#outage.isSent = this.#outage.attempt < MAX_TRIES_AS_SENT;
      this.#goTo({ processId, address: publicAddress ?? socket.target.address });
    }
    if (isFirst) onDrop({ code, reason });
  }

  #onRedial(redial: () => void): void {
    const outage = this.#outage;
    if (this.#isStopped || outage === null) return;
    const { options, nowMs, random, finder } = this.#deps;
    if (outage.attempt > 0 && this.#isOver(outage)) {
      this.#giveUp();
      return;
    }
    outage.attempt += 1;
    const { isSent } = outage;
    outage.isSent = false;
    const hurries = this.#skipsNextDelay;
    this.#skipsNextDelay = false;
    const backoffMs = isSent
      ? Math.floor(random() * SPREAD_MOVED_MS)
      : fullJitterDelayMs(outage.attempt, options, random());
    const nextTryInMs = hurries ? 0 : backoffMs;
    const search: Search = { redial, dialAtMs: nowMs() + nextTryInMs, wake: null };
    this.#search = search;
    this.#announce(outage, nextTryInMs);
    if (isSent || finder === null) {
      this.#wait(search, nextTryInMs, () => this.#dial(search));
    } else {
      const spreadMs = hurries ? 0 : random() * SPREAD_QUESTIONS_MS;
      this.#wait(search, spreadMs, () => void this.#ask(search, outage, finder));
    }
  }

  async #ask(search: Search, outage: Outage, finder: RoomFinder): Promise<void> {
    const { socket, room, nowMs, random } = this.#deps;
    const { processId, address } = socket.target;
    const answer = await finder.ask(room.roomId, address);
    if (this.#search !== search) return;
    const { answers } = outage;
    answers.count = answers.kind === answer.kind ? answers.count + 1 : 1;
    answers.kind = answer.kind;
    const step = nextSearchStep(answer, {
      processId,
      dialInMs: search.dialAtMs - nowMs(),
      answers: answers.count,
      random: random(),
    });
    switch (step.kind) {
      case 'end':
        this.#end(step.reason);
        return;
      case 'ask-again':
        if (this.#isOver(outage)) {
          this.#giveUp();
          return;
        }
        if (answer.kind === 'recovering' && outage.room !== 'recovering') {
          outage.room = 'recovering';
          this.#announce(outage, step.inMs);
        }
        this.#wait(search, step.inMs, () => void this.#ask(search, outage, finder));
        return;
      case 'dial':
        if (step.to !== null) this.#goTo(step.to);
        this.#wait(search, step.inMs, () => this.#dial(search));
        return;
    }
  }

  #dial({ redial }: Search): void {
    const { socket, options } = this.#deps;
    this.#search = null;
    this.#tryTimer = setTimeout(
      () => socket.drop('The try to reconnect took too long.'),
      options.attemptTimeoutMs,
    );
    if (this.#outage !== null) this.#announce(this.#outage, 0);
    try {
      redial();
    } catch {
      // The WebSocket could not even be made; counts as a failed try like any other.
      socket.drop('The connection could not be opened.');
    }
  }

  /** A node that is up but does not have the room may be a restarted one, or one the room has just left. */
  #onClose(close: SocketClose, pass: (close: SocketClose) => void): void {
    const { finder, socket, room, nowMs } = this.#deps;
    clearTimeout(this.#tryTimer);
    const outage = this.#outage;
    if (outage === null || finder === null || !DOUBTFUL_CODES.has(close.code)) {
      pass(close);
      return;
    }
    const { processId, address } = socket.target;
    void finder.ask(room.roomId, address).then((answer) => {
      if (this.#isStopped) return;
      const isEarly = nowMs() - outage.startedAtMs < DOUBT_MS;
      const goesOn =
        answer.kind === 'recovering' ||
        (answer.kind === 'running' && (isEarly || answer.processId !== processId));
      if (answer.kind === 'lost') this.#end(answer.reason);
      else pass(goesOn ? { code: CloseCode.MAY_TRY_RECONNECT } : close);
    });
  }

  #onReconnect(): void {
    clearTimeout(this.#tryTimer);
    const outage = this.#outage;
    if (outage === null) return;
    this.#outage = null;
    const { nowMs, socket, onState, onReturn } = this.#deps;
    const outageMs = Math.round(nowMs() - outage.startedAtMs);
    const { from, wasMoved } = outage;
    const to = socket.target.processId;
    const move: RoomMove | null =
      from === to ? null : { from, to, reason: wasMoved ? 'moved' : 'recovered' };
    // Colyseus is still inside the JOIN frame: it stores the new token and acknowledges right after. Listeners may send.
    queueMicrotask(() => {
      if (this.#isStopped) return;
      onState({ kind: 'resumed', outageMs, hasMoved: move !== null });
      onReturn({ outageMs, move });
    });
  }

  #goTo(to: RoomTarget): void {
    this.#deps.socket.retarget(to);
    if (this.#outage !== null && to.processId !== this.#outage.from)
      this.#outage.room = 'elsewhere';
  }

  #wait(search: Search, ms: number, next: () => void): void {
    const go = () => {
      clearTimeout(this.#waitTimer);
      search.wake = null;
      next();
    };
    clearTimeout(this.#waitTimer);
    this.#waitTimer = setTimeout(go, ms);
    search.wake = go;
  }

  #isOver(outage: Outage): boolean {
    return this.#deps.nowMs() - outage.startedAtMs >= this.#deps.options.giveUpAfterMs;
  }

  #giveUp(): void {
    const seconds = Math.round(this.#deps.options.giveUpAfterMs / 1000);
    this.#end(`The room could not be reached for ${seconds} s.`);
  }

  #end(reason: string): void {
    const { room } = this.#deps;
    room.reconnection.isReconnecting = false;
    room.onLeave.invoke(CloseCode.FAILED_TO_RECONNECT, reason);
  }

  #announce(outage: Outage, nextTryInMs: number): void {
    const { attempt, reason, room } = outage;
    this.#deps.onState({ kind: 'reconnecting', attempt, nextTryInMs, reason, room });
  }
}
