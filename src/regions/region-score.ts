// How good a region is for a group, in ms of "as bad as": the worst player counts most, and everything else is weighed against
// his milliseconds.
//
//   S = max + ¼ mean + ½ (max − min) + 2 jitter + 200 loss + load + price
//
// Source: the project's study of region selection, with its weights. Spread counts because a short way is an advantage over those
// with a long one. So there is one player whose getting slower makes a region better for the group: the fastest.

/** One player's latency to one region. */
export interface PlayerLatency {
  /** Fastest of a few round trips, ms. */
  readonly rttMs: number;
  /** 90th percentile less the fastest, ms. */
  readonly jitterMs: number;
  /** Share of pings without an answer in time, 0–1. */
  readonly lossRatio: number;
}

/** The parts of a region's score, in ms; they add up to `scoreMs` with the weights above. */
export interface RegionScore {
  readonly maxRttMs: number;
  readonly meanRttMs: number;
  /** Slowest less fastest player, ms. */
  readonly spreadMs: number;
  /** 90th percentile over the players, ms. */
  readonly jitterMs: number;
  /** Of the player who loses most, 0–1. */
  readonly lossRatio: number;
  /** What its load adds, ms. */
  readonly loadMs: number;
  /** What its price adds, ms. */
  readonly priceMs: number;
  /** Lower is better. */
  readonly scoreMs: number;
}

const MEAN_WEIGHT = 0.25;
const SPREAD_WEIGHT = 0.5;
const JITTER_WEIGHT = 2;
const LOSS_WEIGHT_MS = 200;
const JITTER_PERCENTILE = 0.9;
/** Load below which a region is as good as an empty one. */
const BUSY_RATIO = 0.6;
/** What a full region would add, ms. */
const FULL_LOAD_MS = 40;
/** What a step of price adds, ms: less than anybody feels, so it decides between equals. */
const PRICE_STEP_MS = 2;

/**
 * @param latencies - of every player to this region; in any order, the sums are the same to the last bit
 * @param region.loadRatio - 0–1
 */
export function scoreRegion(
  latencies: readonly PlayerLatency[],
  { loadRatio, priceClass }: { readonly loadRatio: number; readonly priceClass: number },
): RegionScore {
  const rttsMs = ascending(latencies.map((latency) => latency.rttMs));
  const jittersMs = ascending(latencies.map((latency) => latency.jitterMs));
  const minRttMs = rttsMs[0] ?? 0;
  const maxRttMs = rttsMs.at(-1) ?? 0;
  const meanRttMs = rttsMs.reduce((sum, rttMs) => sum + rttMs, 0) / Math.max(1, rttsMs.length);
  const spreadMs = maxRttMs - minRttMs;
  const jitterMs = jittersMs[Math.ceil(jittersMs.length * JITTER_PERCENTILE) - 1] ?? 0;
  const lossRatio = Math.max(0, ...latencies.map((latency) => latency.lossRatio));
  const loadMs = loadPenaltyMs(loadRatio);
  const priceMs = priceClass * PRICE_STEP_MS;
  const scoreMs =
    maxRttMs +
    MEAN_WEIGHT * meanRttMs +
    SPREAD_WEIGHT * spreadMs +
    JITTER_WEIGHT * jitterMs +
    LOSS_WEIGHT_MS * lossRatio +
    loadMs +
    priceMs;
  return { maxRttMs, meanRttMs, spreadMs, jitterMs, lossRatio, loadMs, priceMs, scoreMs };
}

/** Nothing up to 60 %, then a parabola: 40 ms at 100 %. */
export function loadPenaltyMs(loadRatio: number): number {
  return Math.max(0, (loadRatio - BUSY_RATIO) / (1 - BUSY_RATIO)) ** 2 * FULL_LOAD_MS;
}

function ascending(values: readonly number[]): number[] {
  return values.toSorted((a, b) => a - b);
}
