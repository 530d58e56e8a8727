// One contender and one log of tickets, on a clock that only exists here:
//
//   tickets up to the next pass arrive ─▶ regions fail or come back ─▶ pass ─▶ the ledger judges ─▶ next pass
//
// Nothing sleeps: five minutes of matchmaking take as long as the contender computes.

import { summarise } from '../statistics/summary.ts';
import { type ContenderName, makeContender } from './contenders/contenders.ts';
import { CpuMeter } from './judge/cpu-meter.ts';
import { Ledger } from './judge/ledger.ts';
import { type MatchMetrics, metricsOf } from './judge/metrics.ts';
import { RandomSource } from './model/random-source.ts';
import type { TicketLog } from './model/ticket-log.ts';

/** A contender's run. */
export interface SimulationRun {
  readonly contender: ContenderName;
  readonly metrics: MatchMetrics;
  /** CPU time of this thread in `add` and `pass`, ms. */
  readonly cpuMs: number;
  readonly cpuMsPer1000Tickets: number;
  /** Players who wait, each second from the first on. */
  readonly queuedPlayers: readonly number[];
  /** Wait p95 of those matched in each of {@link PERIODS} equal parts of the run, s; null: nobody was. */
  readonly waitP95SByPeriod: readonly (number | null)[];
  /** Of every matched player or every match, ascending: for plots. */
  readonly distributions: {
    readonly waitS: Float64Array;
    readonly teamGap: Float64Array;
    readonly latencyMs: Float64Array;
  };
  /** Sum over all matches, in points of the production rules. */
  readonly totalCost: number;
}

const SECOND_MS = 1_000;
/** The hours of a day, when the run is one. */
export const PERIODS = 24;
/** Keeps the dice of the games apart from the arrivals'. */
const GAMES_STREAM = 0x51ed270b;

export interface SimulationOptions {
  readonly teamSize: number;
  /** Of the contender's own chances and of who wins. */
  readonly seed: number;
  /** Tickets pile up until then; 0: passes begin at once. */
  readonly firstPassAtMs?: number;
}

/**
 * Runs a contender over a log.
 *
 * @throws ImpossibleMatchError when the contender breaks the game's rules
 */
export async function simulate(
  contender: ContenderName,
  log: TicketLog,
  { teamSize, seed, firstPassAtMs = 0 }: SimulationOptions,
): Promise<SimulationRun> {
  const subject = makeContender(contender, { regions: log.regions, teamSize }, seed);
  const ledger = new Ledger(teamSize, new RandomSource(seed ^ GAMES_STREAM));
  const meter = new CpuMeter();
  const queuedPlayers: number[] = [];
  let isOpen = openRegions(log, 0);
  subject.setOpenRegions(isOpen, 0);
  let next = 0;
  for (let nowMs = SECOND_MS; nowMs <= log.durationMs; nowMs += SECOND_MS) {
    const isOpenNow = openRegions(log, nowMs);
    if (isOpenNow.some((open, region) => open !== isOpen[region])) {
      isOpen = isOpenNow;
      await meter.measure(() => subject.setOpenRegions(isOpen, nowMs));
    }
    const first = next;
    while ((log.tickets[next]?.arrivedAtMs ?? Number.POSITIVE_INFINITY) <= nowMs) next++;
    const arrived = log.tickets.slice(first, next);
    for (const ticket of arrived) ledger.arrive(ticket);
    await meter.measure(() => {
      for (const ticket of arrived) subject.add(ticket, nowMs);
    });
    if (nowMs >= firstPassAtMs && nowMs % subject.periodMs === 0) {
      const result = await meter.measure(() => subject.pass(nowMs));
      ledger.record(result, nowMs, isOpen);
    }
    queuedPlayers.push(ledger.queuedPlayers);
  }
  ledger.close(log.durationMs);
  return {
    contender,
    metrics: metricsOf(ledger, teamSize),
    cpuMs: meter.ms,
    cpuMsPer1000Tickets: (meter.ms / log.tickets.length) * 1_000,
    queuedPlayers,
    waitP95SByPeriod: waitsByPeriod(ledger, log.durationMs),
    distributions: distributionsOf(ledger),
    totalCost: ledger.matches.reduce((sum, { cost }) => sum + cost, 0),
  };
}

function openRegions({ regions, outages }: TicketLog, nowMs: number): boolean[] {
  return regions.map(
    (_, region) =>
      !outages.some((it) => it.region === region && it.fromMs <= nowMs && nowMs < it.untilMs),
  );
}

function waitsByPeriod({ players }: Ledger, durationMs: number): (number | null)[] {
  const waits = Array.from({ length: PERIODS }, (): number[] => []);
  for (const { latencyMs, leftAtMs, waitedMs } of players) {
    if (latencyMs === null) continue;
    const period = Math.ceil((leftAtMs / durationMs) * PERIODS) - 1;
    waits[Math.max(0, period)]?.push(waitedMs / SECOND_MS);
  }
  return waits.map((waitsS) => (waitsS.length === 0 ? null : summarise(waitsS).p95));
}

function distributionsOf({ players, matches }: Ledger): SimulationRun['distributions'] {
  const matched = players.filter(({ latencyMs }) => latencyMs !== null);
  return {
    waitS: ascending(matched.map(({ waitedMs }) => waitedMs / SECOND_MS)),
    teamGap: ascending(matches.map(({ teamGap }) => teamGap)),
    latencyMs: ascending(matched.map(({ latencyMs }) => latencyMs ?? 0)),
  };
}

function ascending(values: readonly number[]): Float64Array {
  return Float64Array.from(values).sort();
}
