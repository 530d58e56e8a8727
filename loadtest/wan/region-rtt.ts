import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** The measured matrices beside this file; sources in loadtest/README.md. */
export const RTT_SOURCES = ['aws', 'gcp'] as const;
export type RttSource = (typeof RTT_SOURCES)[number];

/** Round trips between data centres of one provider. */
export interface RegionRtt {
  /** Who measured it, and how. */
  readonly source: string;
  readonly regions: readonly string[];
  /** Average ping, ms: `rttMs[from][to]`, in the order of `regions`; a region to itself is a fraction of a ms. */
  readonly rttMs: readonly (readonly number[])[];
}

const Matrix = z
  .object({
    source: z.string().min(1),
    regions: z.array(z.string().min(1)).min(2),
    rtt_ms: z.array(z.array(z.number().nonnegative())),
  })
  .refine(
    ({ regions, rtt_ms }) =>
      rtt_ms.length === regions.length && rtt_ms.every((row) => row.length === regions.length),
    'needs one row and one column per region',
  );

/** Reads a whole matrix. */
export function readRegionRtt(source: RttSource): RegionRtt {
  const path = join(import.meta.dirname, `region_rtt_${source}.json`);
  const { regions, rtt_ms, ...rest } = Matrix.parse(JSON.parse(readFileSync(path, 'utf8')));
  return { source: rest.source, regions, rttMs: rtt_ms };
}

/**
 * The part of a matrix between some of its regions, in the order they are named.
 *
 * @throws RangeError for a region the matrix does not know
 */
export function pickRegions(matrix: RegionRtt, regions: readonly string[]): RegionRtt {
  const places = regions.map((region) => {
    const place = matrix.regions.indexOf(region);
    if (place < 0) throw new RangeError(`the matrix has no region ${region}`);
    return place;
  });
  const rttMs = places.map((from) => places.map((to) => matrix.rttMs[from]?.[to] ?? Number.NaN));
  return { source: matrix.source, regions, rttMs };
}
