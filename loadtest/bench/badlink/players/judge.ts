import { summarise } from '../../../statistics/summary.ts';
import { STEP_MS } from '../badlink-game.ts';
import { MoverPath, type Place } from '../mover-path.ts';
import type { JudgedSeries, PlayersJudgement, Timeline } from '../wire.ts';
import type { PlayerLog } from './player-log.ts';

/** A correction below this is not seen, px (research: netcode §3.6). */
const MISPREDICTION_PX = 1;
/** A mover makes 5 px a frame; less than this is standing still. */
const FROZEN_PX = 0.1;
const SERIES_EVERY_MS = 100;

/** From the room's clock to the time of the game's steps. */
export class GameClock {
  readonly #timeline: Timeline;
  #at = 0;

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  /**
   * @param roomMs - best not much earlier than the one asked for before
   * @returns null outside of what was noted
   */
  gameMs(roomMs: number): number | null {
    const { roomMs: steps, firstStep } = this.#timeline;
    while (this.#at > 0 && (steps[this.#at] as number) > roomMs) this.#at -= 1;
    while (this.#at + 1 < steps.length && (steps[this.#at + 1] as number) <= roomMs) this.#at += 1;
    const [from, to] = [steps[this.#at], steps[this.#at + 1]];
    if (from === undefined || to === undefined || roomMs < from) return null;
    return (firstStep + this.#at + (roomMs - from) / (to - from)) * STEP_MS;
  }
}

/** Compares what all players have drawn with what was true. */
export function judgePlayers(
  logs: readonly PlayerLog[],
  frameLatesMs: readonly number[],
  timeline: Timeline,
  seed: number,
): PlayersJudgement {
  const movers = logs[0]?.movers ?? 0;
  const paths = Array.from({ length: movers }, (_, index) => new MoverPath(seed, index));
  const judges = logs.map((log) => new PlayerJudge(log, timeline, paths));
  for (const judge of judges) judge.run();
  const sum = (of: (judge: PlayerJudge) => number) =>
    judges.reduce((total, judge) => total + of(judge), 0);
  const drawings = sum(({ errorsPx }) => errorsPx.length);
  const correctionsPx = logs.flatMap((log) => log.correctionsPx);
  const mispredicted = correctionsPx.filter((px) => px > MISPREDICTION_PX);
  return {
    frames: sum(({ delaysMs }) => delaysMs.length),
    stalledRatio: sum(({ stalled }) => stalled) / drawings,
    stallsPerMinute: sum(({ stalls }) => stalls) / movers / sum(({ minutes }) => minutes),
    frozenRatio: sum(({ frozen }) => frozen) / drawings,
    drawnErrorPx: summarise(judges.flatMap(({ errorsPx }) => errorsPx)),
    delayMs: summarise(judges.flatMap(({ delaysMs }) => delaysMs)),
    rateDeviation: summarise(judges.flatMap(({ rateDeviations }) => rateDeviations)),
    correctionPx: summarise(correctionsPx),
    mispredictedRatio: mispredicted.length / correctionsPx.length,
    eventMs: summarise(logs.flatMap((log) => log.eventsMs)),
    frameLateMs: summarise(frameLatesMs),
    resumedAfterMs: logs.map(({ resumedAfterMs }) => resumedAfterMs),
    first: firstPlayer(logs[0] as PlayerLog, judges[0] as PlayerJudge),
    othersPatchGapMs: summarise(logs.slice(1).flatMap(({ patchesMs }) => gaps(patchesMs))),
  };
}

function firstPlayer(
  { eventsMs, patchesMs, levels }: PlayerLog,
  judge: PlayerJudge,
): PlayersJudgement['first'] {
  return {
    eventsMs,
    patchesPerS: patchesMs.length / (judge.minutes * 60),
    levels,
    series: judge.series,
  };
}

function gaps(atMs: readonly number[]): number[] {
  return atMs.slice(1).map((ms, before) => ms - (atMs[before] as number));
}

/** Goes through the frames of one player. */
class PlayerJudge {
  stalled = 0;
  stalls = 0;
  frozen = 0;
  readonly errorsPx: number[] = [];
  readonly delaysMs: number[] = [];
  readonly rateDeviations: number[] = [];
  readonly #log: PlayerLog;
  readonly #timeline: Timeline;
  readonly #paths: readonly MoverPath[];
  readonly #wasStalled: boolean[] = [];
  readonly #drawer = new SeriesDrawer();

  constructor(log: PlayerLog, timeline: Timeline, paths: readonly MoverPath[]) {
    this.#log = log;
    this.#timeline = timeline;
    this.#paths = paths;
  }

  get series(): JudgedSeries {
    return this.#drawer.series;
  }

  get minutes(): number {
    const { frameMs } = this.#log;
    return ((frameMs.at(-1) ?? 0) - (frameMs[0] ?? 0)) / 60_000;
  }

  run(): void {
    const { frameMs, playheadMs } = this.#log;
    const clock = new GameClock(this.#timeline);
    for (const frame of frameMs.keys()) {
      const gameMs = clock.gameMs(playheadMs[frame] as number);
      if (gameMs !== null) this.#judgeFrame(frame, gameMs);
    }
  }

  #judgeFrame(frame: number, gameMs: number): void {
    const { frameMs, playheadMs, quickestMs } = this.#log;
    const atMs = frameMs[frame] as number;
    // What the clocks are apart is in both, and goes.
    const delayMs = atMs - (playheadMs[frame] as number) - quickestMs;
    this.delaysMs.push(delayMs);
    if (frame > 0) this.rateDeviations.push(rateDeviation(this.#log, frame));
    let worstPx = 0;
    for (const [index, path] of this.#paths.entries()) {
      worstPx = Math.max(worstPx, this.#judgeMover(frame, index, path.at(gameMs)));
    }
    this.#drawer.add(atMs - (frameMs[0] as number), worstPx, delayMs);
  }

  /** @returns how far from the truth it was drawn, px */
  #judgeMover(frame: number, index: number, truth: Place): number {
    const { playheadMs, drawings, movers } = this.#log;
    const at = (frame * movers + index) * 3;
    const [x, y, newestMs] = drawings.slice(at, at + 3) as [number, number, number];
    const errorPx = Math.hypot(x - truth.x, y - truth.y);
    this.errorsPx.push(errorPx);
    const isStalled = (playheadMs[frame] as number) > newestMs;
    if (isStalled) this.stalled += 1;
    if (isStalled && this.#wasStalled[index] !== true) this.stalls += 1;
    this.#wasStalled[index] = isStalled;
    if (frame > 0 && strideOf(this.#log, frame, index) < FROZEN_PX) this.frozen += 1;
    return errorPx;
  }
}

/** How far a mover was moved on the screen since the frame before, px. */
function strideOf(log: PlayerLog, frame: number, index: number): number {
  const at = (frame * log.movers + index) * 3;
  const before = at - log.movers * 3;
  return Math.hypot(
    (log.drawings[at] as number) - (log.drawings[before] as number),
    (log.drawings[at + 1] as number) - (log.drawings[before + 1] as number),
  );
}

function rateDeviation({ playheadMs, frameMs }: PlayerLog, frame: number): number {
  const drawnMs = (playheadMs[frame] as number) - (playheadMs[frame - 1] as number);
  const passedMs = (frameMs[frame] as number) - (frameMs[frame - 1] as number);
  return Math.abs(drawnMs / passedMs - 1);
}

/** What a picture shows of one player. */
class SeriesDrawer {
  readonly #worstErrorPx: (number | null)[] = [];
  readonly #delayMs: (number | null)[] = [];

  add(atMs: number, errorPx: number, delayMs: number): void {
    const place = Math.floor(atMs / SERIES_EVERY_MS);
    while (this.#delayMs.length <= place) {
      this.#delayMs.push(null);
      this.#worstErrorPx.push(null);
    }
    this.#worstErrorPx[place] = Math.max(this.#worstErrorPx[place] ?? 0, round(errorPx));
    this.#delayMs[place] = Math.max(this.#delayMs[place] ?? 0, round(delayMs));
  }

  get series(): JudgedSeries {
    return {
      everyMs: SERIES_EVERY_MS,
      worstErrorPx: this.#worstErrorPx,
      delayMs: this.#delayMs,
    };
  }
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
