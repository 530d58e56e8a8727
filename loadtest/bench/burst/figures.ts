import { percentile } from '../../statistics/percentile.ts';
import { type Arrival, entryMs, waitMs } from './arrival.ts';
import { cpuRatio, type NodeLook, starvedSeconds } from './node-watch.ts';
import type { Phase } from './phase.ts';
import { calmOf, recoverySeconds } from './recovery.ts';

const BYTES_PER_MIB = 1_048_576;

export interface BurstMeasurements {
  /** Tickets per second. */
  readonly capacity: number;
  readonly before: Phase;
  readonly burst: Phase;
  readonly after: Phase;
  readonly looks: readonly NodeLook[];
  /** What is left when all have their seats: in the queue, and claimed. */
  readonly leakedTickets: number;
}

/** The figures of one run. */
export function burstFigures(measured: BurstMeasurements): Record<string, number> {
  const { capacity, before, burst, after, looks, leakedTickets } = measured;
  const { arrivals } = burst;
  const seconds = (burst.endedAtMs - burst.startedAtMs) / 1_000;
  const entered = arrivals.filter(({ answer }) => answer?.kind === 'entered');
  const waits = sorted(arrivals.flatMap((it) => waitMs(it) ?? []));
  const entries = sorted(arrivals.flatMap((it) => entryMs(it) ?? []));
  const calm = calmOf(before.arrivals);
  const during = looks.filter((it) => isDuring(it, burst));
  const last = after.arrivals.filter(({ dueAtMs }) => dueAtMs >= after.endedAtMs - 10_000);
  const all = [before, burst, after].flatMap((phase) => phase.arrivals);
  const figures = {
    capacity_tickets_per_s: capacity,
    offered_per_s: arrivals.length / seconds,
    accepted: entered.length,
    accepted_per_s: entered.length / seconds,
    seated_per_s: seatedBetween([before, burst, after], burst) / seconds,
    ...refusals(arrivals),
    untyped_refusals: arrivals.filter(isUntyped).length,
    refusals_without_retry_after: arrivals.filter(lacksRetryAfter).length,
    steady_entry_p95_ms: calm.entryP95Ms,
    steady_wait_p95_ms: calm.waitP95Ms,
    entry_p50_ms: percentile(entries, 50),
    entry_p95_ms: percentile(entries, 95),
    wait_p50_ms: percentile(waits, 50),
    wait_p95_ms: percentile(waits, 95),
    wait_max_ms: percentile(waits, 100),
    recovery_s: recoverySeconds(after.arrivals, calm, burst.endedAtMs),
    recovered_wait_p95_ms: calmOf(last).waitP95Ms,
    loop_lag_p99_ms: Math.max(...during.map(({ lagP99Ms }) => lagP99Ms)),
    loop_lag_max_ms: Math.max(...during.map(({ lagMaxMs }) => lagMaxMs)),
    node_cpu_ratio: meanCpuRatio(during),
    starved_s: starvedSeconds(during),
    rss_before_mib: rssMib(looks.filter((it) => isDuring(it, before))),
    rss_burst_max_mib: Math.max(...during.map(({ rssBytes }) => rssBytes / BYTES_PER_MIB)),
    rss_after_mib: rssMib(looks.filter((it) => isDuring(it, after))),
    leaked_tickets: leakedTickets,
    unmatched_players: all.filter((it) => it.answer?.kind === 'entered' && it.matchedAtMs === null)
      .length,
    lost_seats: all.filter(({ lostSeat }) => lostSeat !== null).length,
    generator_cpu_ratio: burst.generatorCpuRatio,
  };
  return Object.fromEntries(
    Object.entries(figures)
      .filter(([, value]) => Number.isFinite(value))
      .map(([name, value]) => [name, Math.round(value * 100) / 100]),
  );
}

/** An answer of a server that has lost its head: no code of ours, or an error of its own. */
function isUntyped({ answer }: Arrival): boolean {
  if (answer === null || answer.kind === 'failed') return true;
  return answer.kind === 'refused' && answer.status >= 500 && answer.status !== 503;
}

function lacksRetryAfter({ answer }: Arrival): boolean {
  return answer?.kind === 'refused' && answer.status === 503 && !answer.hasRetryAfter;
}

/** `refused`, and by code: `refused_queue_full`. */
function refusals(arrivals: readonly Arrival[]): Record<string, number> {
  const codes = arrivals.flatMap(({ answer }) => (answer?.kind === 'refused' ? answer.code : []));
  const byCode = Map.groupBy(codes, (code) => code);
  return {
    refused: codes.length,
    ...Object.fromEntries(
      [...byCode].map(([code, all]) => [`refused_${code.toLowerCase()}`, all.length]),
    ),
  };
}

function seatedBetween(phases: readonly Phase[], { startedAtMs, endedAtMs }: Phase): number {
  return phases
    .flatMap(({ arrivals }) => arrivals)
    .filter(({ seatedAtMs }) => seatedAtMs !== null)
    .filter((it) => Number(it.seatedAtMs) >= startedAtMs && Number(it.seatedAtMs) < endedAtMs)
    .length;
}

function isDuring({ atMs }: NodeLook, { startedAtMs, endedAtMs }: Phase): boolean {
  return atMs >= startedAtMs && atMs <= endedAtMs + 1_000;
}

function meanCpuRatio(looks: readonly NodeLook[]): number {
  const [first, last] = [looks[0], looks.at(-1)];
  return first === undefined || last === undefined ? Number.NaN : cpuRatio(first, last);
}

/** The last look's. */
function rssMib(looks: readonly NodeLook[]): number {
  return (looks.at(-1)?.rssBytes ?? Number.NaN) / BYTES_PER_MIB;
}

function sorted(values: readonly number[]): Float64Array {
  return Float64Array.from(values).sort();
}
