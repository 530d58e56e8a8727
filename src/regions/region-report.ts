import { z } from 'zod';
import { type NodeInfo, runsService } from '../cluster/node-info.ts';

/** What a region says of itself every second, to its own nodes and to the other regions: absolute figures, so that none can drift. */
export interface RegionReport {
  readonly regionId: string;
  /** When it was made, by the region's clock, ms since the Unix epoch. */
  readonly atMs: number;
  /** Live nodes with rooms, draining ones included. */
  readonly nodes: number;
  /** Seats taken, reserved ones included. */
  readonly seats: number;
  /** Seats that the nodes which take rooms are thought to hold. */
  readonly capacity: number;
  /** How busy those nodes are, 0–1: mean of the steps' and the processors' use, an EWMA over 10 s. */
  readonly busyRatio: number;
  /** How full the region is, 0–1: the larger of `busyRatio` and seats of capacity, which counts at once. */
  readonly loadRatio: number;
  /** Whether new rooms may be placed there. */
  readonly isOpen: boolean;
  /** Builds of the nodes that take rooms, sorted. */
  readonly builds: readonly string[];
}

const ratio = z.number().min(0).max(1);
const amount = z.number().int().min(0);

/** A report as another region sends it; fields that a newer build adds are left out. */
export const RegionReportSchema = z.object({
  regionId: z.string().max(32),
  atMs: z.number().min(0),
  nodes: amount,
  seats: amount,
  capacity: amount,
  busyRatio: ratio,
  // More seats than a node is thought to hold are more than all.
  loadRatio: z.number().min(0),
  isOpen: z.boolean(),
  builds: z.array(z.string().max(256)).max(256),
}) satisfies z.ZodType<RegionReport>;

/** Load at which a region takes no new rooms: what is left is for parties that grow and players who come back. */
export const CLOSED_LOAD_RATIO = 0.9;
/** Time constant of `busyRatio`, ms: short against a match, long against a garbage collection. */
const SMOOTHING_MS = 10_000;

export interface ReportOptions {
  readonly regionId: string;
  /** Wall clock, ms. */
  readonly atMs: number;
  readonly seatsPerNode: number;
  /** An operator, or the incident bot, has closed it. */
  readonly isClosed: boolean;
  /** The report before this one; null: the first. */
  readonly previous: Pick<RegionReport, 'atMs' | 'busyRatio'> | null;
}

/** The region's report, of what its nodes said last. */
export function reportRegion(all: readonly NodeInfo[], options: ReportOptions): RegionReport {
  // Who has no rooms is neither full nor free.
  const nodes = all.filter((node) => runsService(node, 'game'));
  const { regionId, atMs, seatsPerNode, isClosed, previous } = options;
  const open = nodes.filter(({ isDraining }) => !isDraining);
  const seats = nodes.reduce((sum, { load }) => sum + load.seats, 0);
  const capacity = open.length * seatsPerNode;
  const busyRatio = smoothed(previous, meanBusy(open), atMs);
  const loadRatio = Math.max(busyRatio, seatRatio(seats, capacity));
  return {
    regionId,
    atMs,
    nodes: nodes.length,
    seats,
    capacity,
    busyRatio,
    loadRatio,
    // Where no node takes rooms there is no capacity, which is full.
    isOpen: !isClosed && loadRatio < CLOSED_LOAD_RATIO,
    builds: [...new Set(open.map(({ build }) => build))].sort(),
  };
}

/** Seats of capacity, 0–1; a region without capacity is full. */
export function seatRatio(seats: number, capacity: number): number {
  return capacity <= 0 ? 1 : Math.min(1, Math.max(0, seats / capacity));
}

/**
 * Lag is left out, unlike in the placement of rooms: it tells as much of the machine's other processes, and one late second must
 * not close a region.
 */
function busyOf({ load }: NodeInfo): number {
  return Math.min(1, Math.max(0, load.tickUse, load.cpuUse));
}

/** @returns null when there is no node to ask */
function meanBusy(nodes: readonly NodeInfo[]): number | null {
  if (nodes.length === 0) return null;
  return nodes.reduce((sum, node) => sum + busyOf(node), 0) / nodes.length;
}

function smoothed(previous: ReportOptions['previous'], now: number | null, atMs: number): number {
  if (now === null) return previous?.busyRatio ?? 0;
  if (previous === null) return now;
  // A clock that was set back counts as no time passed.
  const elapsedMs = Math.max(0, atMs - previous.atMs);
  const weight = 1 - Math.exp(-elapsedMs / SMOOTHING_MS);
  return previous.busyRatio + (now - previous.busyRatio) * weight;
}
