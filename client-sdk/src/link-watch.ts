import type { ColyseusRoom } from './colyseus-room.ts';
import { judgeLink, type LinkLimits } from './link-health.ts';

/** When a connection that says nothing is asked, and when it is given up. */
export interface LinkOptions extends LinkLimits {
  /** After the page or the machine slept: how long the connection has to show that it is alive, in ms. */
  readonly wakeDeadlineMs: number;
}

export interface LinkWatchDependencies {
  readonly room: ColyseusRoom<unknown>;
  readonly options: LinkOptions;
  /** Monotonic, in ms. */
  readonly nowMs: () => number;
  /** Wall clock, in ms: unlike the monotonic clock of some systems it goes on while the machine sleeps. */
  readonly wallClockMs: () => number;
  readonly onRtt: (rttMs: number) => void;
  /** Nobody answers while the page is in use. */
  readonly onDead: (reason: string) => void;
  /** Nobody answered after a sleep. */
  readonly onDeadAfterSleep: (reason: string) => void;
}

/** Ticks missing for this long mean that the page or the machine slept. */
const SLEEP_GAP_MS = 5_000;

/** Knows whether a connected socket still has somebody at its other end. */
export class LinkWatch {
  readonly #deps: LinkWatchDependencies;
  #lastByteAtMs: number;
  #pingSentAtMs: number | null = null;
  #lastTickAtMs: number;
  #lastTickWallMs: number;
  #probe: ReturnType<typeof setTimeout> | undefined;

  constructor(deps: LinkWatchDependencies) {
    this.#deps = deps;
    this.#lastByteAtMs = deps.nowMs();
    this.#lastTickAtMs = deps.nowMs();
    this.#lastTickWallMs = deps.wallClockMs();
  }

  /** When anything last arrived, monotonic, ms. */
  get lastByteAtMs(): number {
    return this.#lastByteAtMs;
  }

  onBytes(): void {
    this.#lastByteAtMs = this.#deps.nowMs();
  }

  /** A new socket: what was known of the old one does not count. */
  reset(): void {
    this.stop();
    this.#lastByteAtMs = this.#deps.nowMs();
    this.#pingSentAtMs = null;
  }

  /** Notes the time of a tick; true when ticks were missing long enough to have been a sleep. */
  hasSlept(): boolean {
    const nowMs = this.#deps.nowMs();
    const wallMs = this.#deps.wallClockMs();
    const gapMs = Math.max(nowMs - this.#lastTickAtMs, wallMs - this.#lastTickWallMs);
    this.#lastTickAtMs = nowMs;
    this.#lastTickWallMs = wallMs;
    return gapMs >= SLEEP_GAP_MS;
  }

  /** Once a second while connected. */
  check(): void {
    const { options, nowMs, onDead } = this.#deps;
    const health = judgeLink(
      {
        nowMs: nowMs(),
        lastByteAtMs: this.#lastByteAtMs,
        pingSentAtMs: this.#pingSentAtMs,
      },
      options,
    );
    if (health === 'quiet') this.ping();
    if (health === 'dead') onDead(`Nothing was heard for ${options.deadAfterMs} ms.`);
  }

  /** Measures the round trip, unless a ping is under way. */
  ping(): void {
    const { room, options, nowMs, onRtt } = this.#deps;
    const sentAtMs = nowMs();
    // Colyseus remembers one ping only: when a game pings too, our answer goes to the game. Such a ping is forgotten,
    // provided that something else arrived since.
    const isLost =
      this.#pingSentAtMs !== null &&
      sentAtMs - this.#pingSentAtMs > options.deadAfterMs &&
      this.#lastByteAtMs > this.#pingSentAtMs;
    if ((this.#pingSentAtMs !== null && !isLost) || !room.connection.isOpen) return;
    this.#pingSentAtMs = sentAtMs;
    room.ping(() => {
      this.#pingSentAtMs = null;
      onRtt(nowMs() - sentAtMs);
    });
  }

  /** The page or the machine woke: a socket that shows no life within the deadline is replaced without more waiting. */
  probe(): void {
    const { options, nowMs, onDeadAfterSleep } = this.#deps;
    clearTimeout(this.#probe);
    const startedAtMs = nowMs();
    this.#pingSentAtMs = null;
    this.ping();
    this.#probe = setTimeout(() => {
      if (this.#lastByteAtMs < startedAtMs)
        onDeadAfterSleep('The connection did not survive a sleep.');
    }, options.wakeDeadlineMs);
  }

  /** Ends a probe that is under way. */
  stop(): void {
    clearTimeout(this.#probe);
  }
}
