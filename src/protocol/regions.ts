// Regions as clients see them, and the talk of a probe: one exchange in which both ends measure the round trip.
//
//   client ══ WebSocket /v1/probe ═══════════════════════════════▶ region
//   client ◀── { nonce: n0 } ────────────────────────────────────         at once
//   client ─── { nonce: n0, accessToken?, pings? } ──────────────▶        the region's first round trip ends
//   client ◀── { nonce: n1 } ────────────────────────────────────         the client's first round trip ends
//      …                                                                  each nonce is repeated as soon as it is heard
//   client ─── { nonce: n4 } ────────────────────────────────────▶        the region's fifth
//   client ◀── { nonce: n5 } ────────────────────────────────────         the client's fifth
//   client ◀── { certificate } or { error }, close ──────────────
//
// A nonce cannot be repeated before it was heard, so a client can make itself slower than it is, never faster
// (docs/spec/regions.md, RG-10).

import type { ErrorBody } from './rest.ts';

/** WebSocket path of the probe, on every node. */
export const PROBE_PATH = '/v1/probe';
/** Round trips of a probe unless the client asks for more: the minimum of five names a wrong region in 1.3 % of choices. */
export const PROBE_PINGS = 5;
/** Round trips a client may ask for. */
export const MOST_PROBE_PINGS = 16;

const JITTER_PERCENTILE = 0.9;

/** Where a region lies, for maps. */
export interface GeoPosition {
  /** Degrees, north is positive. */
  readonly latitude: number;
  /** Degrees, east is positive. */
  readonly longitude: number;
}

/** One of `GET /v1/regions`. */
export interface RegionListing {
  readonly regionId: string;
  /** For people. */
  readonly name: string;
  /** `http(s)://` address of the region; null: the address the client used. */
  readonly url: string | null;
  /** `ws(s)://` address of its probe; null: `/v1/probe` of the address the client used. */
  readonly probeUrl: string | null;
  readonly position: GeoPosition | null;
  /** Whether it takes new rooms; null while nobody knows. */
  readonly isOpen: boolean | null;
  /** How full it is: 0 idle, 1 full; null while nobody knows. */
  readonly loadRatio: number | null;
}

/** `GET /v1/regions` */
export interface RegionList {
  /** Of the node that answers. */
  readonly ownRegionId: string;
  readonly regions: readonly RegionListing[];
}

/** Region to client: repeat this at once. Unpredictable, 16 characters. */
export interface ProbeNonce {
  readonly nonce: string;
}

/** Client to region. Only the first may hold more than the nonce. */
export interface ProbeEcho {
  readonly nonce: string;
  /** Whose latency it is; without it the certificate is of nobody in particular. */
  readonly accessToken?: string;
  /** Round trips wanted, 5–16. */
  readonly pings?: number;
}

/** What the region has measured, and signed. */
export interface ProbeCertificate {
  readonly regionId: string;
  /** Fastest round trip, ms. */
  readonly rttMs: number;
  /** 90th percentile of the round trips less the fastest, ms. */
  readonly jitterMs: number;
  readonly samples: number;
  /** For a ticket: proves the figures to every region. */
  readonly token: string;
  /** Wall clock, ms since the Unix epoch. */
  readonly expiresAtMs: number;
}

/** Region to client. */
export type ProbeReply = ProbeNonce | { readonly certificate: ProbeCertificate } | ErrorBody;

/** Figures of some round trips: the fastest counts, for delay is only ever added. */
export interface LatencyFigures {
  readonly rttMs: number;
  readonly jitterMs: number;
}

/** @returns null without round trips. The percentile is by nearest rank, so of fewer than ten it is the slowest. */
export function latencyFigures(rttsMs: readonly number[]): LatencyFigures | null {
  // A copy: older React Native has no toSorted.
  const sorted = [...rttsMs].sort((a, b) => a - b);
  const rttMs = sorted[0];
  const slowMs = sorted[Math.ceil(sorted.length * JITTER_PERCENTILE) - 1];
  if (rttMs === undefined || slowMs === undefined) return null;
  return { rttMs, jitterMs: slowMs - rttMs };
}
