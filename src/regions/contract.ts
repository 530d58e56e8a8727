// What other features may know of regions; src/app hands them the objects.

import type { RegionCatalogue } from './region-catalogue.ts';
import type { RegionReport } from './region-report.ts';
import type {
  RegionCandidate,
  RegionChoice,
  RegionLatency,
  SelectRegionRequest,
} from './select-region.ts';

export type { LatencyCap, RoomKind } from './latency-cap.ts';
export type { LinkKind, LinkMessage } from './link/link-message.ts';
export type { LinkArrival, RegionLink } from './link/region-link.ts';
export type { RegionCatalogue, RegionInfo } from './region-catalogue.ts';
export type { RegionReport } from './region-report.ts';
export type {
  ChoiceReason,
  GroupMember,
  RegionCandidate,
  RegionChoice,
  RegionLatency,
  RegionStanding,
  RegionVerdict,
  SelectRegionRequest,
} from './select-region.ts';

/** What a latency token proves. */
export interface CertifiedLatency {
  /** Null: nobody in particular. */
  readonly playerId: string | null;
  readonly regionId: string;
  /** Fastest round trip, as the region saw it, ms. */
  readonly rttMs: number;
  /** 90th percentile less the fastest, ms. */
  readonly jitterMs: number;
  readonly samples: number;
  /** By the region's clock, ms since the Unix epoch. */
  readonly measuredAtMs: number;
}

/** Whose and which region's a token has to be; what is absent may be any. */
export interface TokenExpectation {
  readonly playerId?: string;
  readonly regionId?: string;
}

export interface LatencyVerifier {
  /**
   * What a region has measured, if it has.
   *
   * @throws {GameError} `LATENCY_INVALID`; `details.reason` is `forged`, `stale`, `clock`, `region`, `player` or `figures`
   */
  verify(token: string, expected?: TokenExpectation): Promise<CertifiedLatency>;
}

/** What is known of all regions now. */
export interface Regions {
  readonly catalogue: RegionCatalogue;
  readonly latencies: LatencyVerifier;
  /** A region's latest report; null when it has not been heard for 6 s. */
  report(regionId: string): RegionReport | null;
  /** For `select`. */
  candidates(): readonly RegionCandidate[];
  /** Pure; see select-region.ts. */
  select(request: SelectRegionRequest): RegionChoice;
  /**
   * Latencies as a client sends them, checked.
   *
   * @throws {GameError} `BAD_REQUEST` for what is not finite, negative, or says a region twice
   */
  parseLatencies(input: unknown): readonly RegionLatency[];
  /** Another region has reported. */
  learn(report: RegionReport): void;
  /** Seats were reserved there; they count at once. */
  reserved(regionId: string, seats: number): void;
  /** It did not do what it was asked in time. */
  suspect(regionId: string): void;
}
