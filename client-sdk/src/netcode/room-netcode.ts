import {
  encodeLinkReport,
  type LinkQuality,
  type LinkReport,
  QUALITY_MESSAGE,
} from '../../../src/protocol/index.ts';
import type { ColyseusRoom } from '../colyseus-room.ts';
import { isPageHidden } from '../host.ts';
import { Listeners } from '../listeners.ts';
import { isStateFrame, isTimedFrame } from '../room-frame.ts';
import type { RoomSocket } from '../room-socket.ts';
import type { LinkFigures, StatsRecorder } from '../room-stats.ts';
import { GOOD_LINK, judgeLinkSecond } from './link-judge.ts';
import { LinkMeter } from './link-meter.ts';
import type { PatchStream } from './motion-path.ts';
import { Playout } from './playout.ts';
import { type PredictRoomOptions, RoomPredict } from './room-predict.ts';
import { parseLinkQuality, type RoomQuality } from './room-quality.ts';
import { RoomTime } from './room-time.ts';

/** The room drops a report that comes sooner after the last. A little more than that: its clock counts arrivals. */
const CLOSEST_REPORTS_MS = 600;

interface Stamping {
  bindRenderDelay?(delayMs: () => number): void;
}

export interface RoomNetcodeDeps<State> {
  readonly room: ColyseusRoom<State>;
  readonly socket: RoomSocket;
  readonly stats: StatsRecorder;
  /** Monotonic, ms. */
  readonly nowMs: () => number;
  /** When anything last arrived, monotonic, ms. */
  readonly lastByteAtMs: () => number;
}

/**
 * Times of a room, how late others are drawn, and what the room and the player are told of the link. It measures from the join on, so
 * that the first frame of the game knows the link already.
 */
export class RoomNetcode<State = unknown> {
  readonly #deps: RoomNetcodeDeps<State>;
  readonly #playout = new Playout();
  readonly #clock: RoomTime;
  readonly #meter: LinkMeter;
  readonly #onQuality = new Listeners<RoomQuality>();
  #told: LinkQuality | null = null;
  #judgement = GOOD_LINK;
  #quality: RoomQuality = { level: 0, patchIntervalMs: null, isPoorLink: false };
  #predict: RoomPredict<State> | null = null;
  #isHidden = isPageHidden();
  #reported: LinkReport | null = null;
  #reportedAtMs = Number.NEGATIVE_INFINITY;
  #lateReport: ReturnType<typeof setTimeout> | undefined;

  constructor(deps: RoomNetcodeDeps<State>) {
    this.#deps = deps;
    const { room, socket, nowMs } = deps;
    this.#meter = new LinkMeter(nowMs());
    this.#clock = new RoomTime({
      playout: this.#playout,
      nowMs,
      patchIntervalMs: room.clock.patchInterval?.() ?? 0,
      onPatch: (latenessMs) => this.#meter.addLateness(latenessMs),
      onAction: (durationMs) => this.#meter.addAction(durationMs),
    });
    // Colyseus' own, made to be replaced: everything that asks for the time of the room asks this one from here on.
    room.clock = this.#clock;
    if (this.#isHidden) this.#playout.pause();
    room.onMessage(QUALITY_MESSAGE, (payload: unknown) => this.#hear(payload));
    socket.tap({
      onReceiving: (frame) => {
        this.#meter.addReceived(frame.byteLength);
        if (isStateFrame(frame) && !isTimedFrame(frame)) this.#playout.onUntimedPatch(nowMs());
      },
      onJoining: () => this.#reset(),
    });
  }

  /** Of the last second that was reported. */
  get figures(): LinkFigures {
    return {
      rttP95Ms: this.#reported?.rttP95Ms ?? null,
      interpolationDelayMs: this.#reported?.interpolationDelayMs ?? null,
      stalledMs: this.#reported?.stallMs ?? 0,
      level: this.#quality.level,
    };
  }

  get quality(): RoomQuality {
    return this.#quality;
  }

  /** Every change, beginning with the present quality. @returns stops listening */
  onQuality(listener: (quality: RoomQuality) => void): () => void {
    listener(this.#quality);
    return this.#onQuality.add(listener);
  }

  /** @returns the same one at every call; options count at the first */
  predict(options: PredictRoomOptions<State> = {}): RoomPredict<State> {
    if (this.#predict !== null) return this.#predict;
    const { room, stats } = this.#deps;
    this.#playout.profile = options.profile ?? 'smooth';
    const onFrame = (nowMs: number) => {
      this.#meter.addFrame();
      return this.#stampDelayMs(nowMs);
    };
    const stream = this.#streamOf(this.#playout);
    const playout = this.#playout;
    this.#predict = new RoomPredict({ room, playout, stream, stats, onFrame }, options);
    return this.#predict;
  }

  /** Inputs that may be rewound say from now on when their player saw what he aimed at, also where nothing is predicted. */
  stamp(input: object): void {
    const { nowMs } = this.#deps;
    // Part of Colyseus' class, left out of its published types. A delay that the game has given to `input` wins.
    (input as Stamping).bindRenderDelay?.(() => this.#stampDelayMs(nowMs()));
  }

  /** A ping through the room was answered. */
  addRtt(rttMs: number): void {
    this.#meter.addRtt(rttMs);
    this.#clock.addRtt(rttMs);
  }

  /** A prediction was so far off, in world units. */
  addCorrection(distance: number): void {
    this.#meter.addCorrection(distance);
  }

  /** Once a second while connected. */
  beat(): void {
    const { nowMs } = this.#deps;
    this.#report(nowMs());
  }

  /** Nobody looks at the page: the room hears of it at once, and sends less. */
  hide(): void {
    this.#isHidden = true;
    this.#playout.pause();
    this.#reportSoon();
  }

  /** Somebody looks again: all are drawn where they belong, and nothing is played back fast. */
  show(): void {
    this.#isHidden = false;
    this.#playout.resume();
    this.#predict?.settle();
    this.#reportSoon();
  }

  close(): void {
    clearTimeout(this.#lateReport);
    this.#predict?.dispose();
  }

  /** Colyseus takes what was seen for that of `serverNow − delay − smoothedRtt / 2`. This delay makes it the moment that is drawn. */
  #stampDelayMs(nowMs: number): number {
    const { playheadRoomMs, isTimed, figures } = this.#playout;
    if (!Number.isFinite(playheadRoomMs)) return figures.delayMs;
    const seenAtMs = isTimed ? this.#clock.serverNow() - this.#clock.smoothedRtt() / 2 : nowMs;
    return Math.max(0, seenAtMs - playheadRoomMs);
  }

  /** What patches say of their times, as drawing needs it. */
  #streamOf(playout: Playout): PatchStream {
    const slowestMs = () => this.#slowestIntervalMs();
    return {
      get newestRoomMs() {
        return playout.newestRoomMs;
      },
      get previousRoomMs() {
        return playout.previousRoomMs;
      },
      get intervalMs() {
        return playout.intervalMs;
      },
      get slowestIntervalMs() {
        return slowestMs();
      },
    };
  }

  #slowestIntervalMs(): number {
    const { intervalMs } = this.#playout;
    if (this.#told === null) return intervalMs;
    const { near, mid, far } = this.#told.patchIntervalMs;
    // What is not sent at all has no pace.
    return Math.max(intervalMs, ...[near, mid, far].filter(Number.isFinite));
  }

  #hear(payload: unknown): void {
    const told = parseLinkQuality(payload);
    if (told === null) return;
    this.#told = told;
    this.#clock.pace();
    this.#tell();
  }

  #report(nowMs: number): void {
    clearTimeout(this.#lateReport);
    const { socket, lastByteAtMs } = this.#deps;
    if (!socket.isOpen) return;
    this.#reportedAtMs = nowMs;
    const isHidden = this.#isHidden;
    const isDrawn = this.#predict !== null && !isHidden;
    const report = this.#meter.take(nowMs, this.#playout.figures, { isDrawn, isHidden });
    this.#reported = report;
    socket.send(encodeLinkReport(report));
    // What is measured while nobody looks says nothing of the link.
    if (isHidden) return;
    this.#judgement = judgeLinkSecond(this.#judgement, {
      level: this.#told?.level ?? 0,
      stallMs: report.stallMs,
      latenessQ95Ms: report.transitQ95Ms,
      silenceMs: nowMs - lastByteAtMs(),
      isSteady: this.#playout.isTimed,
    });
    this.#tell();
  }

  #reportSoon(): void {
    const { nowMs } = this.#deps;
    const inMs = this.#reportedAtMs + CLOSEST_REPORTS_MS - nowMs();
    clearTimeout(this.#lateReport);
    if (inMs <= 0) this.#report(nowMs());
    else this.#lateReport = setTimeout(() => this.#report(nowMs()), inMs);
  }

  #tell(): void {
    const level = this.#told?.level ?? 0;
    const patchIntervalMs = this.#told?.patchIntervalMs ?? null;
    const isPoorLink = this.#judgement.isPoor;
    const last = this.#quality;
    if (
      last.level === level &&
      last.isPoorLink === isPoorLink &&
      last.patchIntervalMs === patchIntervalMs
    ) {
      return;
    }
    this.#quality = { level, patchIntervalMs, isPoorLink };
    this.#onQuality.emit(this.#quality);
  }

  #reset(): void {
    this.#playout.reset();
    this.#clock.reset();
    this.#meter.reset();
  }
}
