import { CloseCode } from '../../src/protocol/index.ts';
import { type BackoffOptions, fullJitterDelayMs } from './backoff.ts';
import { describeClose } from './close-reason.ts';
import type { ColyseusRoom } from './colyseus-room.ts';
import type { ConnectionState } from './connection-state.ts';
import type { RoomSocket } from './room-socket.ts';

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
  readonly options: ReconnectionOptions;
  readonly random: () => number;
  /** Monotonic, in ms. */
  readonly nowMs: () => number;
  readonly onState: (state: ConnectionState) => void;
}

interface Outage {
  readonly startedAtMs: number;
  readonly reason: string;
  attempt: number;
}

/**
 * Brings a room back after its connection was lost. Colyseus does the protocol (token, resync, queued messages), this
 * class the timing:
 *
 *   socket closed ─▶ onDrop ─▶ Colyseus asks to redial ─▶ wait (full jitter, hurried by online/wake) ─▶ redial
 *        ▲                                                                                               │
 *        ├───────────────────────────── refused, or took too long ──────────────────────────────────────┤
 *        │                                                                                     JOIN ─▶ resumed
 *        └── final close code, or gave up ─▶ onLeave ─▶ closed
 */
export class Reconnector {
  readonly #deps: ReconnectorDependencies;
  #outage: Outage | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #waitingRedial: (() => void) | null = null;
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
    room.onDrop((code, reason) => this.#onDrop(code, reason));
    room.onReconnect(() => this.#onReconnect());
    room.onLeave(() => this.stop());
  }

  get isReconnecting(): boolean {
    return this.#outage !== null;
  }

  /** Makes a waiting try now: the network or the player is back. */
  hurry(): void {
    if (this.#waitingRedial !== null) this.#dial(this.#waitingRedial);
  }

  /** Gives the present socket up and tries again at once. */
  replaceSocket(reason: string): void {
    this.#skipsNextDelay = true;
    this.#deps.socket.drop(reason);
  }

  stop(): void {
    this.#isStopped = true;
    this.#outage = null;
    this.#waitingRedial = null;
    clearTimeout(this.#timer);
  }

  #onDrop(code: number, reason?: string): void {
    clearTimeout(this.#timer);
    // Also comes after each failed try; the outage began with the first.
    this.#outage ??= {
      startedAtMs: this.#deps.nowMs(),
      reason: describeClose(code, reason).reason,
      attempt: 0,
    };
  }

  #onRedial(redial: () => void): void {
    const outage = this.#outage;
    if (this.#isStopped || outage === null) return;
    const { options, nowMs, random } = this.#deps;
    if (outage.attempt > 0 && nowMs() - outage.startedAtMs >= options.giveUpAfterMs) {
      this.#giveUp();
      return;
    }
    outage.attempt += 1;
    const nextTryInMs = this.#skipsNextDelay
      ? 0
      : fullJitterDelayMs(outage.attempt, options, random());
    this.#skipsNextDelay = false;
    this.#waitingRedial = redial;
    this.#timer = setTimeout(() => this.#dial(redial), nextTryInMs);
    this.#announce(outage, nextTryInMs);
  }

  #dial(redial: () => void): void {
    const { socket, options } = this.#deps;
    clearTimeout(this.#timer);
    const wasAnnouncedAsNow = this.#waitingRedial === null;
    this.#waitingRedial = null;
    this.#timer = setTimeout(
      () => socket.drop('The try to reconnect took too long.'),
      options.attemptTimeoutMs,
    );
    if (this.#outage !== null && !wasAnnouncedAsNow) this.#announce(this.#outage, 0);
    try {
      redial();
    } catch {
      // The WebSocket could not even be made; counts as a failed try like any other.
      socket.drop('The connection could not be opened.');
    }
  }

  #onReconnect(): void {
    clearTimeout(this.#timer);
    const outage = this.#outage;
    if (outage === null) return;
    this.#outage = null;
    const outageMs = Math.round(this.#deps.nowMs() - outage.startedAtMs);
    // Colyseus is still inside the JOIN frame: it stores the new token and acknowledges right after. Listeners may send.
    queueMicrotask(() => {
      if (!this.#isStopped) this.#deps.onState({ kind: 'resumed', outageMs });
    });
  }

  #giveUp(): void {
    const { room, options } = this.#deps;
    room.reconnection.isReconnecting = false;
    const seconds = Math.round(options.giveUpAfterMs / 1000);
    room.onLeave.invoke(
      CloseCode.FAILED_TO_RECONNECT,
      `The room could not be reached for ${seconds} s.`,
    );
  }

  #announce(outage: Outage, nextTryInMs: number): void {
    const { attempt, reason } = outage;
    this.#deps.onState({ kind: 'reconnecting', attempt, nextTryInMs, reason });
  }
}
