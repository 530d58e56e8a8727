import { CLOSED_LOAD_RATIO } from '../../../src/regions/region-report.ts';
import { RandomSource } from '../../matchsim/model/random-source.ts';
import { ASSUMPTIONS } from './assumptions.ts';
import type { AutoscalerSpec, MetricTarget } from './autoscaler-spec.ts';
import { Fleet, type FleetOptions, type Pod } from './fleet.ts';
import { HorizontalAutoscaler, SYNC_PERIOD_S } from './horizontal-autoscaler.ts';
import type { LoadTrace } from './load-traces.ts';
import type { PodRequests } from './pod-requests.ts';
import { Region } from './region.ts';
import type { PodSample } from './replica-calculator.ts';

/** What decides how many nodes there are: an autoscaler, or once and for all. */
export interface Contender extends FleetOptions {
  readonly title: string;
  /** Null: a fleet of the size that the trace's peak needs. */
  readonly spec: AutoscalerSpec | null;
}

/** A moment of a run, for plots. */
export interface Sample {
  readonly atS: number;
  readonly wanted: number;
  readonly seated: number;
  readonly waiting: number;
  /** Seats at which the region closes. */
  readonly seatsUntilClosed: number;
  readonly nodes: number;
}

/** What a contender made of a trace. */
export interface AutoscaleRun {
  readonly refusedPlayers: number;
  /** Longest wait of a refused player for a seat, s. */
  readonly longestWaitS: number;
  /** Least share of the open nodes' seats that was left before the region closes; 0: it closed. */
  readonly leastHeadroomRatio: number;
  readonly movedRooms: number;
  /** From a pod's making to its end, summed. */
  readonly nodeHours: number;
  readonly machineHours: number;
  readonly mostNodes: number;
  readonly samples: readonly Sample[];
}

const SECONDS_PER_HOUR = 3_600;
const SAMPLES = 240;
/** Kubernetes' `--horizontal-pod-autoscaler-cpu-initialization-period`. */
const CPU_INITIALISATION_S = 300;
/** Time the region has to settle before the trace begins, s: some matches. */
const WARM_UP_S = 1_800;

/** Age of a total when it is asked for, s: the pods are scraped one after another, and the oldest counts. */
const TOTAL_DELAY_S = ASSUMPTIONS.scrapeEveryS + ASSUMPTIONS.metricDelayS;

/** Plays a trace; the same arguments give the same run. */
export function simulate(
  trace: LoadTrace,
  contender: Contender,
  options: { readonly seed: number; readonly requests: PodRequests },
): AutoscaleRun {
  const random = new RandomSource(options.seed);
  const fleet = new Fleet(random, contender);
  const region = new Region(fleet, random);
  const { spec } = contender;
  const autoscaler = spec === null ? null : new HorizontalAutoscaler(spec);
  const first = trace.wanted[0] ?? 0;
  let replicas = spec === null ? staticNodes(trace) : settledNodes(first, spec);
  fleet.settle(replicas);
  const tally = new Tally(trace.wanted.length);
  const demand: number[] = [];
  for (let s = 0; s < WARM_UP_S + trace.wanted.length; s++) {
    const traceS = s - WARM_UP_S;
    const wanted = trace.wanted[Math.max(0, traceS)] ?? 0;
    fleet.advance(s);
    region.advance(s, wanted);
    demand.push(region.seats + region.waitingPlayers);
    if (autoscaler !== null && s % SYNC_PERIOD_S === 0) {
      replicas = autoscaler.sync(s, replicas, {
        samplesOf: (metric) => fleet.pods.map((pod) => sampleOf(pod, s, metric, options.requests)),
        totalOf: () => demand.at(-1 - TOTAL_DELAY_S) ?? null,
      });
      fleet.scaleTo(replicas);
    }
    if (traceS >= 0) tally.add(traceS, wanted, fleet, region);
  }
  return tally.close(region, WARM_UP_S);
}

/** What holds the peak of a trace open, for those who do not scale. */
export function staticNodes({ wanted }: LoadTrace): number {
  const peak = wanted.reduce((most, it) => Math.max(most, it), 0);
  return Math.ceil(peak / (CLOSED_LOAD_RATIO * ASSUMPTIONS.seatsPerNode)) + 1;
}

/** Where the seats' target would have it, or two thirds of what nodes hold where there is none. */
function settledNodes(players: number, spec: AutoscalerSpec): number {
  const seats = spec.metrics.find((it) => it.kind === 'pods');
  const perNode = seats?.averageValue ?? (ASSUMPTIONS.seatsPerNode * 2) / 3;
  return Math.min(spec.maxReplicas, Math.max(spec.minReplicas, Math.ceil(players / perNode)));
}

function sampleOf(pod: Pod, nowS: number, metric: MetricTarget, requests: PodRequests): PodSample {
  return { state: stateOf(pod, nowS), value: measured(pod, nowS, metric, requests) };
}

/** Prometheus keeps what it has scraped; the newest that has reached the adapter is what the autoscaler hears. */
function measured(
  pod: Pod,
  nowS: number,
  metric: MetricTarget,
  requests: PodRequests,
): number | null {
  const known = pod.scrapes.findLast(({ atS }) => atS <= nowS - ASSUMPTIONS.metricDelayS);
  if (known === undefined) return null;
  if (metric.kind !== 'resource') return known.seats;
  const share = metric.name === 'cpu' ? known.cores / requests.cores : known.bytes / requests.bytes;
  return share * 100;
}

function stateOf(pod: Pod, nowS: number): PodSample['state'] {
  if (pod.leavingSinceS !== null) return 'terminating';
  if (pod.startsAtS > nowS) return 'pending';
  const isYoung = nowS - pod.startsAtS < CPU_INITIALISATION_S;
  const measuredS = pod.scrapes.at(-1)?.atS ?? Number.NEGATIVE_INFINITY;
  const isMeasured = measuredS >= pod.readyAtS + ASSUMPTIONS.scrapeEveryS;
  return isYoung && !isMeasured ? 'initialising' : 'running';
}

/** Sums and extremes of a run. */
class Tally {
  readonly #every: number;
  readonly #samples: Sample[] = [];
  #nodeSeconds = 0;
  #machineSeconds = 0;
  #mostNodes = 0;
  #leastHeadroom = 1;
  #lastS = 0;
  /** Of the warm-up nothing counts. */
  #before: { readonly refusedPlayers: number; readonly movedRooms: number } | null = null;

  constructor(durationS: number) {
    this.#every = Math.max(1, Math.floor(durationS / SAMPLES));
  }

  add(atS: number, wanted: number, fleet: Fleet, region: Region): void {
    this.#before ??= { refusedPlayers: region.refusedPlayers, movedRooms: region.movedRooms };
    this.#lastS = atS;
    const nodes = fleet.pods.length;
    this.#nodeSeconds += nodes;
    this.#machineSeconds += fleet.machines;
    this.#mostNodes = Math.max(this.#mostNodes, nodes);
    const headroom = Math.max(0, CLOSED_LOAD_RATIO - region.loadRatio);
    this.#leastHeadroom = Math.min(this.#leastHeadroom, headroom);
    if (atS % this.#every !== 0) return;
    const open = fleet.pods.filter((pod) => fleet.isOpen(pod)).length;
    this.#samples.push({
      atS,
      wanted,
      seated: region.seats,
      waiting: region.waitingPlayers,
      seatsUntilClosed: Math.round(open * ASSUMPTIONS.seatsPerNode * CLOSED_LOAD_RATIO),
      nodes,
    });
  }

  /** @param startS - when the trace began, by the region's clock */
  close(region: Region, startS: number): AutoscaleRun {
    const before = this.#before ?? { refusedPlayers: 0, movedRooms: 0 };
    return {
      refusedPlayers: region.refusedPlayers - before.refusedPlayers,
      longestWaitS: region.longestWaitS(startS + this.#lastS),
      leastHeadroomRatio: this.#leastHeadroom,
      movedRooms: region.movedRooms - before.movedRooms,
      nodeHours: this.#nodeSeconds / SECONDS_PER_HOUR,
      machineHours: this.#machineSeconds / SECONDS_PER_HOUR,
      mostNodes: this.#mostNodes,
      samples: this.#samples,
    };
  }
}
