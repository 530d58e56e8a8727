import { pickRegions, type RttSource, readRegionRtt } from '../../wan/region-rtt.ts';

/** Where players live and how far the data centres are from each other. */
export interface World {
  readonly regions: readonly string[];
  /** Share of players whose nearest region this is; adds up to 1. */
  readonly weights: readonly number[];
  /** Of the region's clock, against UTC. */
  readonly utcOffsetHours: readonly number[];
  /** ms, `rttMs[from][to]`. */
  readonly rttMs: readonly (readonly number[])[];
}

interface Place {
  readonly weight: number;
  readonly utcOffsetHours: number;
  readonly names: Readonly<Record<RttSource, string>>;
}

/**
 * The ten regions of the bench. The shares are a guess at where players of an online game live, not a measurement;
 * they are fixed so that figures of different days can be compared.
 */
const PLACES: readonly Place[] = [
  { weight: 0.16, utcOffsetHours: -5, names: { aws: 'us-east-1', gcp: 'us-east4' } },
  { weight: 0.1, utcOffsetHours: -8, names: { aws: 'us-west-2', gcp: 'us-west1' } },
  { weight: 0.1, utcOffsetHours: -3, names: { aws: 'sa-east-1', gcp: 'southamerica-east1' } },
  { weight: 0.12, utcOffsetHours: 0, names: { aws: 'eu-west-1', gcp: 'europe-west2' } },
  { weight: 0.16, utcOffsetHours: 1, names: { aws: 'eu-central-1', gcp: 'europe-west3' } },
  { weight: 0.1, utcOffsetHours: 5.5, names: { aws: 'ap-south-1', gcp: 'asia-south1' } },
  { weight: 0.1, utcOffsetHours: 8, names: { aws: 'ap-southeast-1', gcp: 'asia-southeast1' } },
  { weight: 0.09, utcOffsetHours: 9, names: { aws: 'ap-northeast-1', gcp: 'asia-northeast1' } },
  {
    weight: 0.03,
    utcOffsetHours: 10,
    names: { aws: 'ap-southeast-2', gcp: 'australia-southeast1' },
  },
  // Google has none in the Gulf; its Finnish one stands in, as a small region far from the others' weight.
  { weight: 0.04, utcOffsetHours: 3, names: { aws: 'me-south-1', gcp: 'europe-north1' } },
];

/** The world on one provider's matrix. */
export function readWorld(source: RttSource): World {
  const matrix = pickRegions(
    readRegionRtt(source),
    PLACES.map(({ names }) => names[source]),
  );
  return {
    regions: matrix.regions,
    weights: PLACES.map(({ weight }) => weight),
    utcOffsetHours: PLACES.map(({ utcOffsetHours }) => utcOffsetHours),
    rttMs: matrix.rttMs,
  };
}
