import { RegionConfig } from '../../../src/config/play-config.ts';

/**
 * What the simulation takes for given. Nothing here was measured on a cluster; what was measured says where.
 */
export const ASSUMPTIONS = {
  /** Seats of a node: the default of MERIDIAN_REGION_SEATS_PER_NODE, what one core held at 20 Hz in `bench rooms`. */
  seatsPerNode: RegionConfig.parse({}).seatsPerNode,
  /** Cores per seat: `bench rooms`, 500 players in rooms of 20 at 20 Hz took 27 % of a core (README.md). */
  coresPerSeat: 0.27 / 500,
  /** Cores of a node without players: metrics, lease, timers. A guess. */
  idleCores: 0.03,
  /** Of a node without players, bytes: a guess. */
  idleBytes: 160 * 2 ** 20,
  /** Of a seat, bytes: `bench rooms` says 21 kB for one that is idle; a playing one is thought to take five times that. */
  bytesPerSeat: 105 * 1_024,
  /** How often a pod is scraped, and CPU measured, s: Prometheus' usual interval and metrics-server's resolution. */
  scrapeEveryS: 15,
  /** From a scrape to the adapter's answer, s: ingestion, query, cache. */
  metricDelayS: 5,
  /** From a pod that fits nowhere to a machine that takes pods, s: Karpenter with EC2, drawn evenly. */
  machineS: { least: 60, most: 90 },
  /** Pods of a machine: 8 cores, less what the system takes, by the pod's request of 1200m. */
  podsPerMachine: 6,
  /** How long a machine stays when its last pod has gone, s: `consolidateAfter` of the NodePool. */
  emptyMachineS: 600,
  /** Image (250 MB) onto a new machine, s. */
  imagePullS: 10,
  /** Scheduled, container made, process started, `/ready` seen, endpoint known, s. */
  podStartS: 6,
  /** From the pod's deletion to its rooms' move, s: the `preStop` of the Deployment. */
  preStopS: 5,
  /** How long the move of all rooms takes, s; then the process ends. */
  drainS: 15,
  /** Players of a room, all there from its beginning to its end. */
  roomSize: 10,
  /** A match, s: lognormal. Who stays plays the next one in another room. */
  matchS: { median: 720, sigma: 0.4 },
  /** How often the deletion cost is written, s: `infra/kubernetes/deletion-cost/main.ts`. */
  deletionCostEveryS: 30,
} as const;
