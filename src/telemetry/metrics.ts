import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { ERRORS, type ErrorCode } from '../errors/errors.ts';
import { AnalyticsMetrics } from './analytics-metrics.ts';
import { BuildMetrics } from './build-metrics.ts';
import { CacheMetrics } from './cache-metrics.ts';
import { ClientLinkMetrics } from './client-link-metrics.ts';
import type { ClusterMetrics } from './cluster-metrics.ts';
import { DeferredWriteMetrics } from './deferred-write-metrics.ts';
import { EvacuationMetrics } from './evacuation-metrics.ts';
import { FlowMetrics } from './flow-metrics.ts';
import { IncidentMetrics } from './incident-metrics.ts';
import { JoinMetrics } from './join-metrics.ts';
import { watchRecentLoopDelay } from './loop-delay.ts';
import { MatchmakingMetrics } from './matchmaking-metrics.ts';
import { NodeIdentityMetrics } from './node-identity-metrics.ts';
import { RegionLinkMetrics } from './region-link-metrics.ts';
import { EVICTION_REASONS, type PacedInputFigures, type RoomMetrics } from './room-metrics.ts';
import { RpcMetrics } from './rpc-metrics.ts';
import type { SocketMetrics } from './socket-metrics.ts';
import { SoftWriteMetrics } from './soft-write-metrics.ts';

const MS_PER_SECOND = 1e3;
/** From a hundredth of a 60 Hz step to a hang. */
const TICK_BUCKETS_SECONDS = [
  0.0001, 0.00025, 0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.033, 0.05, 0.1, 0.25, 1,
];
/** From a LAN to a satellite. */
const RTT_BUCKETS_SECONDS = [0.002, 0.005, 0.01, 0.02, 0.04, 0.08, 0.12, 0.16, 0.25, 0.5, 1, 2.5];

const FREEZE_REASONS = ['move', 'restore', 'ownership-lost'] as const;
/** `revived`, and the reasons for which a room is lost (cluster/room-directory.ts). */
const REVIVAL_OUTCOMES = [
  ...['revived', 'not-durable', 'journal-corrupt', 'schema-unknown', 'restore-failed'],
  'quarantined',
] as const;

/** Every metric of this node, in seconds and bytes; labels are bounded (room name, reason, outcome). */
export class NodeMetrics implements RoomMetrics, SocketMetrics, ClusterMetrics {
  readonly registry = new Registry();
  readonly identity = new NodeIdentityMetrics(this.registry);
  readonly links = new RegionLinkMetrics(this.registry);
  readonly matchmaking = new MatchmakingMetrics(this.registry);
  readonly analytics = new AnalyticsMetrics(this.registry);
  readonly evacuations = new EvacuationMetrics(this.registry);
  readonly rpc = new RpcMetrics(this.registry);
  readonly caches = new CacheMetrics(this.registry);
  readonly deferredWrites = new DeferredWriteMetrics(this.registry);
  readonly softWrites = new SoftWriteMetrics(this.registry);
  readonly incidents = new IncidentMetrics(this.registry);
  readonly flow = new FlowMetrics(this.registry);
  readonly joins = new JoinMetrics(this.registry);
  readonly clientLinks: ClientLinkMetrics;
  readonly #lag = watchRecentLoopDelay();
  readonly builds: BuildMetrics;
  #tickListener: (seconds: number) => void = () => {};

  readonly #rooms = this.#gauge('meridian_rooms', 'Rooms of this node.', ['room']);
  readonly #clients = this.#gauge('meridian_clients', 'Seated clients of this node.', ['room']);
  readonly #sockets = this.#gauge('meridian_sockets', 'Open WebSockets.', []);
  readonly #tick = this.#histogram(
    'meridian_tick_duration_seconds',
    'Time of one step with its flush.',
    TICK_BUCKETS_SECONDS,
    ['room'],
  );
  readonly #skippedSteps = this.#counter(
    'meridian_tick_overrun_steps_total',
    'Fixed steps dropped because the node could not keep up.',
    ['room'],
  );
  readonly #patchBytes = this.#counter(
    'meridian_patch_bytes_total',
    'Bytes of state handed to sockets.',
    ['room'],
  );
  readonly #gateSkips = this.#counter(
    'meridian_send_gate_skips_total',
    'Patches a client did not get because its socket had not drained.',
    ['room'],
  );
  readonly #resyncs = this.#counter(
    'meridian_resyncs_total',
    'Full states sent to clients that had drained again.',
    ['room'],
  );
  readonly #overBudget = this.#counter(
    'meridian_inputs_over_budget_total',
    'Inputs acknowledged but not applied: more than one per step of time.',
    ['room'],
  );
  readonly #pacedInputs = this.#counter('meridian_inputs_total', 'Inputs that fixed steps took.', [
    'room',
  ]);
  readonly #starvedSteps = this.#counter(
    'meridian_input_steps_starved_total',
    'Steps of players without an input, because it came too late.',
    ['room'],
  );
  readonly #inputWait = this.#counter(
    'meridian_input_wait_seconds_total',
    'Time that inputs waited for their step, all together.',
    ['room'],
  );
  readonly #evictions = this.#counter(
    'meridian_evictions_total',
    'Clients disconnected by the room base.',
    ['room', 'reason'],
  );
  readonly #faults = this.#counter(
    'meridian_room_faults_total',
    'Exceptions of game code, contained.',
    ['room', 'hook'],
  );
  readonly #joins = this.#counter(
    'meridian_joins_total',
    'Matchmaking requests by outcome: ok or an error code.',
    ['method', 'outcome'],
  );
  readonly #joinFailures = this.#counter(
    'meridian_join_failures_total',
    'Matchmaking requests that failed by our fault: with an error that is 5xx in HTTP.',
    [],
  );
  readonly #upgradesRefused = this.#counter(
    'meridian_upgrades_refused_total',
    'WebSocket upgrades answered with an HTTP error.',
    ['code'],
  );
  readonly #seatsRefused = this.#counter(
    'meridian_seats_refused_total',
    'Sockets that came without a valid seat.',
    [],
  );
  readonly #peersLost = this.#counter(
    'meridian_peers_lost_total',
    'Connections ended because the peer stopped answering pings.',
    [],
  );
  readonly #rtt = this.#histogram(
    'meridian_rtt_seconds',
    'Round trips of WebSocket pings.',
    RTT_BUCKETS_SECONDS,
    [],
  );
  readonly #journalEntries = this.#counter(
    'meridian_journal_entries_total',
    'Entries written to journals of rooms.',
    ['room', 'kind'],
  );
  readonly #journalBytes = this.#counter(
    'meridian_journal_state_bytes_total',
    'Bytes of state in these entries.',
    ['room', 'kind'],
  );
  readonly #roomsFrozen = this.#counter(
    'meridian_rooms_frozen_total',
    'Rooms that stood still to be moved, made anew, or because another node owns them.',
    ['room', 'reason'],
  );
  readonly #revivals = this.#counter(
    'meridian_room_revivals_total',
    'Rooms brought back from their journal, or why not.',
    ['room', 'outcome'],
  );
  readonly #unhandled = this.#counter(
    'meridian_unhandled_rejections_total',
    'Rejected promises nobody awaited.',
    [],
  );
  readonly #leaseRenewalFailures = this.#counter(
    'meridian_lease_renewal_failures_total',
    'Renewals of the lease that Redis did not answer.',
    [],
  );
  readonly #leaseLapses = this.#counter(
    'meridian_lease_lapses_total',
    'Times the lease ran out and rooms were frozen.',
    [],
  );
  readonly #leaseVotes = this.#counter(
    'meridian_lease_votes_total',
    'Times peers were asked whether Redis is away for them too: held by a majority, or refused.',
    ['outcome'],
  );
  readonly #deathsDeclared = this.#counter(
    'meridian_node_deaths_declared_total',
    'Nodes this node declared dead.',
    [],
  );

  /**
   * @param regionId - of this node, a label of what its clients' links are like
   * @param build - of the game on it
   */
  constructor(regionId = 'local', build = '') {
    this.clientLinks = new ClientLinkMetrics(this.registry, regionId);
    this.builds = new BuildMetrics(this.registry, build);
    collectDefaultMetrics({ register: this.registry });
    this.#lagGauge('meridian_event_loop_lag_p50_seconds', 50);
    this.#lagGauge('meridian_event_loop_lag_p99_seconds', 99);
    for (const outcome of ['held', 'refused']) this.#leaseVotes.inc({ outcome }, 0);
  }

  close(): void {
    this.#lag.stop();
    this.registry.clear();
  }

  /** The game has rooms of this name. What has not happened yet is 0, not unknown: Prometheus sees no increase in a first sample. */
  roomDefined(room: string): void {
    for (const gauge of [this.#rooms, this.#clients]) gauge.inc({ room }, 0);
    const counters = [
      ...[this.#skippedSteps, this.#patchBytes, this.#gateSkips, this.#resyncs, this.#overBudget],
      ...[this.#pacedInputs, this.#starvedSteps, this.#inputWait],
    ];
    for (const counter of counters) counter.inc({ room }, 0);
    for (const reason of EVICTION_REASONS) this.#evictions.inc({ room, reason }, 0);
    for (const reason of FREEZE_REASONS) this.#roomsFrozen.inc({ room, reason }, 0);
    for (const outcome of REVIVAL_OUTCOMES) this.#revivals.inc({ room, outcome }, 0);
    this.flow.roomDefined(room);
  }
  roomCreated(room: string): void {
    this.#rooms.inc({ room });
  }
  roomDisposed(room: string): void {
    this.#rooms.dec({ room });
  }
  clientJoined(room: string): void {
    this.#clients.inc({ room });
  }
  clientLeft(room: string): void {
    this.#clients.dec({ room });
  }
  tickRan(room: string, seconds: number): void {
    this.#tick.observe({ room }, seconds);
    this.#tickListener(seconds);
  }
  /** Hears how long each step took, for the node's load. */
  onTick(listener: (seconds: number) => void): void {
    this.#tickListener = listener;
  }
  journalWritten(room: string, kind: 'checkpoint' | 'patch', bytes: number): void {
    this.#journalEntries.inc({ room, kind });
    this.#journalBytes.inc({ room, kind }, bytes);
  }
  /** @param reason - `move`, `restore` or `ownership-lost` */
  roomFrozen(room: string, reason: string): void {
    this.#roomsFrozen.inc({ room, reason });
  }
  /** @param outcome - `revived` or why not */
  roomRevived(room: string, outcome: string): void {
    this.#revivals.inc({ room, outcome });
  }
  stepsSkipped(room: string, count: number): void {
    this.#skippedSteps.inc({ room }, count);
  }
  patchSent(room: string, bytes: number): void {
    this.#patchBytes.inc({ room }, bytes);
  }
  sendGateSkipped(room: string, count: number): void {
    this.#gateSkips.inc({ room }, count);
  }
  resynced(room: string): void {
    this.#resyncs.inc({ room });
  }
  inputsOverBudget(room: string, count: number): void {
    this.#overBudget.inc({ room }, count);
  }
  inputsPaced(room: string, { inputs, starvedSteps, waitedMs }: PacedInputFigures): void {
    this.#pacedInputs.inc({ room }, inputs);
    this.#starvedSteps.inc({ room }, starvedSteps);
    this.#inputWait.inc({ room }, waitedMs / 1_000);
  }
  evicted(room: string, reason: string): void {
    this.#evictions.inc({ room, reason });
  }
  faultContained(room: string, hook: string): void {
    this.#faults.inc({ room, hook });
  }
  /** @param outcome - `ok` or an error code */
  joinEnded(method: string, outcome: string): void {
    this.#joins.inc({ method, outcome });
    if (isOurFault(outcome)) this.#joinFailures.inc();
  }
  socketOpened(): void {
    this.#sockets.inc();
  }
  socketClosed(): void {
    this.#sockets.dec();
  }
  upgradeRefused(code: string): void {
    this.#upgradesRefused.inc({ code });
  }
  seatRefused(): void {
    this.#seatsRefused.inc();
  }
  peerLost(): void {
    this.#peersLost.inc();
  }
  rttMeasured(rttMs: number): void {
    this.#rtt.observe(rttMs / 1_000);
  }
  rejectionUnhandled(): void {
    this.#unhandled.inc();
  }
  leaseRenewalFailed(): void {
    this.#leaseRenewalFailures.inc();
  }
  leaseLapsed(): void {
    this.#leaseLapses.inc();
  }
  leaseVoted(outcome: 'held' | 'refused'): void {
    this.#leaseVotes.inc({ outcome });
  }
  deathDeclared(): void {
    this.#deathsDeclared.inc();
  }

  #lagGauge(name: string, percentile: number): void {
    const lag = this.#lag;
    new Gauge({
      name,
      help: `Event-loop delay of the last 15 to 30 s, percentile ${percentile}, above the 10 ms of its sampling.`,
      registers: [this.registry],
      collect() {
        this.set(lag.percentileMs(percentile) / MS_PER_SECOND);
      },
    });
  }

  #gauge<L extends string>(name: string, help: string, labelNames: L[]): Gauge<L> {
    return new Gauge({ name, help, labelNames, registers: [this.registry] });
  }

  #counter<L extends string>(name: string, help: string, labelNames: L[]): Counter<L> {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  #histogram<L extends string>(
    name: string,
    help: string,
    buckets: number[],
    labelNames: L[],
  ): Histogram<L> {
    return new Histogram({ name, help, buckets, labelNames, registers: [this.registry] });
  }
}

function isOurFault(outcome: string): boolean {
  return outcome in ERRORS && ERRORS[outcome as ErrorCode].http >= 500;
}
