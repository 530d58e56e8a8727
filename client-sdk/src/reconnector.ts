import { CloseCode, parseMovedReason } from '../../src/protocol/index.ts';
import { type BackoffOptions, fullJitterDelayMs } from './backoff.ts';
import { describeClose, ROOM_HAS_ENDED } from './close-reason.ts';
import type { ColyseusRoom } from './colyseus-room.ts';
import type { ConnectionState } from './connection-state.ts';
import type { RoomDrop, RoomMove } from './room-events.ts';
import type { RoomFinder } from './room-finder.ts';
import { RoomSearch } from './room-search.ts';
import type { RoomSocket, SocketClose } from './room-socket.ts';
import type { RoomTarget } from './room-target.ts';

/** How long and how often a lost room is looked for. */
export interface ReconnectionOptions extends BackoffOptions {
  /** Outage after which the room counts as lost. At least one try is made after a long sleep. */
  readonly giveUpAfterMs: number;
  /**
   * Longest time one try may take. Not below the ~9 s a server needs to notice that the old, half-open connection is dead:
   * until then it makes the new one wait. A try cut short can cost the seat, for the server may have accepted it already.
   */
  readonly attemptTimeoutMs: number;
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
  /** When anything last came from the room, monotonic, in ms. */
  readonly lastByteAtMs: () => number;
  readonly onState: (state: ConnectionState) => void;
  readonly onDrop: (drop: RoomDrop) => void;
  /** @param move - null when the room is where it was */
  readonly onReturn: (outageMs: number, move: RoomMove | null) => void;
}

interface Outage {
  readonly startedAtMs: number;
  /** Earlier, when it was only noticed by the silence. */
  readonly silentSinceMs: number;
  readonly reason: string;
  /** processId before. */
  readonly from: string;
  attempt: number;
  /** Of those, the ones at the process that is dialed now: the waits that the lost one grew are no reason to be late at the next. */
  triesThere: number;
  /** The node that closed the connection said where the room went. */
  wasMoved: boolean;
  /** It said so just now: the next try needs no question. */
  isSent: boolean;
  room: 'unknown' | 'elsewhere' | 'recovering';
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
/** A dialed address that says nothing for so long may be dead: the region is asked again. */
const SILENT_DIAL_MS = 1_000;
/** So long into an outage the region itself may still believe in the lost node: a lease, and the way to the next owner. */
const DOUBT_MS = 8_000;

/** After an outage the region is asked who lives now: each client at its own time, for all of them were lost at once. */
const LEARN_WITHIN_MS = 10_000;

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
  readonly #search: RoomSearch;
  #outage: Outage | null = null;
  /** Ends a try that takes too long. */
  #tryTimer: ReturnType<typeof setTimeout> | undefined;
  #silenceTimer: ReturnType<typeof setTimeout> | undefined;
  #learnTimer: ReturnType<typeof setTimeout> | undefined;
  #skipsNextDelay = false;
  #isStopped = false;

  constructor(deps: ReconnectorDependencies) {
    this.#deps = deps;
    const { room, socket, finder, random, nowMs } = deps;
    // Colyseus refuses to reconnect rooms younger than minUptime, and waits without jitter: both off.
    Object.assign(room.reconnection, {
      minUptime: 0,
      minDelay: 0,
      maxDelay: 0,
      maxRetries: Number.POSITIVE_INFINITY,
    });
    this.#search = new RoomSearch({
      roomId: room.roomId,
      finder,
      random,
      nowMs,
      outageMs: () => nowMs() - (this.#outage?.silentSinceMs ?? nowMs()),
      target: () => socket.target,
      lostProcessId: () => this.#outage?.from ?? socket.target.processId,
      onTarget: (to) => this.#goTo(to),
      onRecovering: (inMs) => this.#onRecovering(inMs),
      onLost: (reason) => this.#end(reason),
      isTimeUp: () => this.#isTimeUp,
      onTimeUp: () => this.#giveUp(),
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
    this.#search.hurry();
  }

  /** Gives the present socket up and tries again at once. */
  replaceSocket(reason: string): void {
    this.#skipsNextDelay = true;
    this.#deps.socket.drop(reason);
  }

  stop(): void {
    this.#isStopped = true;
    this.#outage = null;
    this.#search.cancel();
    this.#endTry();
    clearTimeout(this.#learnTimer);
  }

  #onDrop(code: number, text?: string): void {
    this.#endTry();
    const { socket, nowMs, lastByteAtMs, onDrop } = this.#deps;
    const movedTo = code === CloseCode.MAY_TRY_RECONNECT ? parseMovedReason(text) : null;
    // Also comes after each failed try; the outage began with the first.
    if (this.#outage === null) {
      const words = movedTo === null ? text : 'The room moves to another node.';
      const { reason } = describeClose(code, words);
      this.#outage = {
        startedAtMs: nowMs(),
        silentSinceMs: lastByteAtMs(),
        reason,
        from: socket.target.processId,
        attempt: 0,
        triesThere: 0,
        wasMoved: false,
        isSent: false,
        room: 'unknown',
      };
      onDrop({ code, reason });
    }
    // Null when a listener just left the room.
    if (movedTo === null || this.#outage === null) return;
    this.#outage.wasMoved = true;
    this.#outage.isSent = this.#outage.attempt < MAX_TRIES_AS_SENT;
    const address = movedTo.publicAddress ?? socket.target.address;
    this.#goTo({ processId: movedTo.processId, address });
  }

  #onRedial(redial: () => void): void {
    const outage = this.#outage;
    if (this.#isStopped || outage === null) return;
    if (outage.attempt > 0 && this.#isTimeUp) {
      this.#giveUp();
      return;
    }
    const { options, random } = this.#deps;
    outage.attempt += 1;
    outage.triesThere += 1;
    const { isSent } = outage;
    const hurries = this.#skipsNextDelay;
    outage.isSent = false;
    this.#skipsNextDelay = false;
    const backoffMs = isSent
      ? Math.floor(random() * SPREAD_MOVED_MS)
      : fullJitterDelayMs(outage.triesThere, options, random());
    const dialInMs = hurries ? 0 : backoffMs;
    this.#search.begin({
      dialInMs,
      askInMs: isSent ? null : Math.min(dialInMs, random() * SPREAD_QUESTIONS_MS),
      dial: () => this.#dial(redial),
    });
    this.#announce(dialInMs);
  }

  #dial(redial: () => void): void {
    const { socket, options } = this.#deps;
    this.#tryTimer = setTimeout(
      () => socket.drop('The try to reconnect took too long.'),
      options.attemptTimeoutMs,
    );
    this.#doubtSilence();
    this.#announce(0);
    try {
      redial();
    } catch {
      // The WebSocket could not even be made; counts as a failed try like any other.
      socket.drop('The connection could not be opened.');
    }
  }

  /** A machine that is gone refuses nothing. While a dialed address is silent, the room may be back elsewhere. */
  #doubtSilence(): void {
    const { finder, socket, room } = this.#deps;
    if (finder === null) return;
    const timer = setTimeout(async () => {
      if (socket.isAnswered) return;
      const { processId } = socket.target;
      const answer = await finder.seek(room.roomId, socket.target, { isLate: true });
      if (this.#silenceTimer !== timer || socket.isAnswered) return;
      const isElsewhere = answer.kind === 'running' && answer.processId !== processId;
      if (isElsewhere || answer.kind === 'recovering') {
        this.replaceSocket('The address did not answer.');
      } else {
        this.#doubtSilence();
      }
    }, SILENT_DIAL_MS);
    this.#silenceTimer = timer;
  }

  #endTry(): void {
    clearTimeout(this.#tryTimer);
    clearTimeout(this.#silenceTimer);
    this.#silenceTimer = undefined;
  }

  /** A node that is up but does not have the room may be a restarted one, or one that the room has just left. */
  #onClose(close: SocketClose, pass: (close: SocketClose) => void): void {
    const { finder, socket, room, nowMs } = this.#deps;
    this.#endTry();
    const outage = this.#outage;
    if (outage === null || finder === null || !DOUBTFUL_CODES.has(close.code)) {
      pass(close);
      return;
    }
    const { processId } = socket.target;
    void finder.seek(room.roomId, socket.target, { isLate: true }).then((answer) => {
      if (this.#isStopped) return;
      const isEarly = nowMs() - outage.startedAtMs < DOUBT_MS;
      const goesOn =
        answer.kind === 'recovering' ||
        (answer.kind === 'running' && (isEarly || answer.processId !== processId));
      const hasEnded = answer.kind === 'unknown' && answer.hasEnded;
      if (answer.kind === 'lost') this.#end(answer.reason);
      else if (goesOn) pass({ code: CloseCode.MAY_TRY_RECONNECT });
      else pass(hasEnded ? { code: close.code, reason: ROOM_HAS_ENDED } : close);
    });
  }

  #onReconnect(): void {
    this.#endTry();
    const outage = this.#outage;
    if (outage === null) return;
    this.#outage = null;
    this.#search.reset();
    const { nowMs, socket, onState, onReturn } = this.#deps;
    const outageMs = Math.round(nowMs() - outage.startedAtMs);
    const { from, wasMoved } = outage;
    const to = socket.target.processId;
    const move: RoomMove | null =
      from === to ? null : { from, to, reason: wasMoved ? 'moved' : 'recovered' };
    this.#learnLater();
    // Colyseus is still inside the JOIN frame: it stores the new token and acknowledges right after. Listeners may send.
    queueMicrotask(() => {
      if (this.#isStopped) return;
      onState({ kind: 'resumed', outageMs, hasMoved: move !== null });
      onReturn(outageMs, move);
    });
  }

  /** Nodes came and went meanwhile, and who knows only dead ones finds nobody the next time. */
  #learnLater(): void {
    const { finder, random, room, socket } = this.#deps;
    if (finder === null) return;
    clearTimeout(this.#learnTimer);
    this.#learnTimer = setTimeout(
      () => void finder.ask(room.roomId, socket.target),
      random() * LEARN_WITHIN_MS,
    );
  }

  #onRecovering(askedAgainInMs: number): void {
    if (this.#outage === null || this.#outage.room === 'recovering') return;
    this.#outage.room = 'recovering';
    this.#announce(askedAgainInMs);
  }

  #goTo(to: RoomTarget): void {
    const { socket } = this.#deps;
    const before = socket.target.processId;
    socket.retarget(to);
    if (this.#outage === null) return;
    if (to.processId !== before) this.#outage.triesThere = 0;
    if (to.processId !== this.#outage.from) this.#outage.room = 'elsewhere';
  }

  get #isTimeUp(): boolean {
    const { nowMs, options } = this.#deps;
    const startedAtMs = this.#outage?.startedAtMs ?? nowMs();
    return nowMs() - startedAtMs >= options.giveUpAfterMs;
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

  #announce(nextTryInMs: number): void {
    if (this.#outage === null) return;
    const { attempt, reason, room } = this.#outage;
    this.#deps.onState({ kind: 'reconnecting', attempt, nextTryInMs, reason, room });
  }
}
