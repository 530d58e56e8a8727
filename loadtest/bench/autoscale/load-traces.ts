import { activityAt } from '../../matchsim/model/day.ts';
import { RandomSource } from '../../matchsim/model/random-source.ts';

export const TRACE_NAMES = ['evening_peak', 'flash_crowd', 'region_loss'] as const;
export type TraceName = (typeof TRACE_NAMES)[number];

/** How many want to play, second by second. */
export interface LoadTrace {
  readonly name: TraceName;
  readonly title: string;
  /** Players in a room or asking for one, by second. */
  readonly wanted: Int32Array;
}

const MINUTE_S = 60;
const HOUR_S = 3_600;
/** Players of the region at the day's peak. */
const PEAK_PLAYERS = 30_000;
/** The day begins in its trough, so that the whole evening is in it. */
const FIRST_HOUR = 5;
/** Before a flash crowd and before the loss of a region everything is settled for this long. */
const CALM_S = 15 * MINUTE_S;

const SHAPES: Readonly<
  Record<
    TraceName,
    {
      readonly title: string;
      readonly durationS: number;
      readonly wantedAt: (s: number) => number;
    }
  >
> = {
  evening_peak: {
    title: `A day with ${PEAK_PLAYERS} players at its peak`,
    durationS: 24 * HOUR_S,
    wantedAt: (s) => PEAK_PLAYERS * activityAt(FIRST_HOUR + s / HOUR_S),
  },
  flash_crowd: {
    title: '6000 players become 30 000 in two minutes',
    durationS: 100 * MINUTE_S,
    wantedAt: (s) => 6_000 * plateau(s, { factor: 5, riseS: 120, stayS: 1_800, fallS: 900 }),
  },
  region_loss: {
    title: 'A region of the same size is lost: 60 % of its 20 000 players come here within 30 s',
    durationS: 120 * MINUTE_S,
    wantedAt: (s) => 20_000 * plateau(s, { factor: 1.6, riseS: 30, stayS: 2_700, fallS: 900 }),
  },
};

/** Sd and time constant of what the curve does not say: people come and go as they like. */
const NOISE = { sd: 0.01, timeS: 300 } as const;

/** The same `seed` draws the same trace. */
export function drawTrace(name: TraceName, seed: number): LoadTrace {
  const { title, durationS, wantedAt } = SHAPES[name];
  const random = new RandomSource(seed);
  const keep = Math.exp(-1 / NOISE.timeS);
  const step = NOISE.sd * Math.sqrt(1 - keep * keep);
  let noise = 0;
  const wanted = Int32Array.from({ length: durationS }, (_, s) => {
    noise = noise * keep + step * random.normal();
    return Math.round(wantedAt(s) * (1 + noise));
  });
  return { name, title, wanted };
}

/** 1, in a straight line to `factor`, there for a while, and back. */
function plateau(
  s: number,
  shape: {
    readonly factor: number;
    readonly riseS: number;
    readonly stayS: number;
    readonly fallS: number;
  },
): number {
  const up = Math.min(1, Math.max(0, (s - CALM_S) / shape.riseS));
  const down = Math.min(1, Math.max(0, (s - CALM_S - shape.riseS - shape.stayS) / shape.fallS));
  return 1 + (shape.factor - 1) * (up - down);
}
