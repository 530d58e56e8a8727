import type { RandomSource } from './random-source.ts';
import type { World } from './world.ts';

/** A kind of access line: how common, and its idle round trip to the first server. */
interface AccessLine {
  readonly share: number;
  readonly medianMs: number;
  /** Sd of the logarithm. */
  readonly sigma: number;
}

/**
 * Medians of fibre, cable and DSL after the FCC's 13th "Measuring Broadband America" report (September and October
 * 2022, idle round trip to the nearest server); mobile and Wi-Fi, and the shares, are guesses.
 */
const ACCESS_LINES: readonly AccessLine[] = [
  { share: 0.45, medianMs: 10, sigma: 0.3 },
  { share: 0.3, medianMs: 18, sigma: 0.3 },
  { share: 0.1, medianMs: 32, sigma: 0.35 },
  { share: 0.15, medianMs: 45, sigma: 0.5 },
];

/** From the first server to the data centre of one's own region. */
const METRO = { medianMs: 12, sigma: 0.7 } as const;

/** Routes between regions are up to some percent longer than the best one. */
const DETOUR_RATIO = 0.05;

/** A player's round trip to every region, ms: last mile + metro + matrix × (1 + 0.05·|N|). */
export function drawLatencies(world: World, home: number, random: RandomSource): number[] {
  const line = ACCESS_LINES[random.pick(ACCESS_LINES.map(({ share }) => share))] as AccessLine;
  const nearMs =
    random.lognormal(line.medianMs, line.sigma) + random.lognormal(METRO.medianMs, METRO.sigma);
  const toRegionsMs = world.rttMs[home] ?? [];
  return toRegionsMs.map((ms) => nearMs + ms * (1 + DETOUR_RATIO * Math.abs(random.normal())));
}
