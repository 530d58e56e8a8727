import type { Ending } from '../bots/wire.ts';
import type { Stay } from './stay.ts';

/** Something the run did to the cluster. Moments are of the machine's clock. */
export interface Fault {
  readonly atMs: number;
  readonly what: string;
  /** Processes and rooms whose players may notice; nobody else may. */
  readonly pids: readonly number[];
  readonly roomIds: readonly string[];
  /** Whether the processes played on without a way to their journals. */
  readonly cutsOff: boolean;
}

export interface Joined {
  readonly bot: number;
  readonly roomId: string;
  readonly sessionId: string;
  readonly atMs: number;
  readonly tookMs: number;
}

export interface FailedJoin {
  readonly bot: number;
  readonly atMs: number;
  readonly tookMs: number;
  readonly reason: string;
}

/** An owner of a room as the directory named it. */
export interface Ownership {
  readonly roomId: string;
  readonly nodeId: string;
  readonly epoch: number;
  readonly seenAtMs: number;
}

/** Everything a run has seen: what the judges judge. */
export interface Evidence {
  readonly joins: readonly Joined[];
  readonly failedJoins: readonly FailedJoin[];
  readonly stays: readonly Stay[];
  readonly endings: readonly Ending[];
  readonly faults: readonly Fault[];
  /** Each owner of each room once, in the order in which they were seen. */
  readonly ownerships: readonly Ownership[];
  /** Journals that were ahead of the owner the directory named. */
  readonly foreignWrites: readonly string[];
  /** Rooms that somebody poisoned: they must be lost. */
  readonly poisonedRooms: ReadonlySet<string>;
  /** What the region still kept when everybody had left. */
  readonly leftovers: readonly string[];
}
