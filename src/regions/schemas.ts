import { z } from 'zod';
import { RegionId } from '../config/region-entry.ts';
import type { RegionList } from '../protocol/regions.ts';
import { parse } from '../transport/http/parse.ts';
import type { RegionLatency } from './select-region.ts';

const Ratio = z.number().min(0).max(1);
/** A minute is no latency any more. */
const LatencyMs = z.number().min(0).max(60_000);

export const RegionListReply = z
  .strictObject({
    ownRegionId: z.string().meta({ description: 'Region of the node that answers.' }),
    regions: z.array(
      z.strictObject({
        regionId: z.string(),
        name: z.string().meta({ description: 'For people.' }),
        url: z.string().nullable().meta({ description: 'Null: the address the client used.' }),
        probeUrl: z.string().nullable().meta({
          description: 'WebSocket of its probe. Null: `/v1/probe` of the address the client used.',
        }),
        position: z
          .strictObject({ latitude: z.number(), longitude: z.number() })
          .nullable()
          .meta({ description: 'Degrees, for maps.' }),
        isOpen: z
          .boolean()
          .nullable()
          .meta({ description: 'Whether it takes new rooms; null while nobody knows.' }),
        loadRatio: Ratio.nullable().meta({
          description: 'How full it is: 0 idle, 1 full; null while nobody knows.',
        }),
      }),
    ),
  })
  .meta({ id: 'RegionList' }) satisfies z.ZodType<RegionList>;

/** Latencies as a client tells them; numbers are finite by zod's own rule. */
const RegionLatencies = z
  .array(
    z.strictObject({
      regionId: RegionId,
      rttMs: LatencyMs,
      jitterMs: LatencyMs.default(0),
      lossRatio: Ratio.default(0),
    }),
  )
  .max(64)
  .refine((all) => new Set(all.map(({ regionId }) => regionId)).size === all.length, {
    message: 'names a region twice',
  });

/** @throws {GameError} `BAD_REQUEST` with what is wrong */
export function parseLatencies(input: unknown): readonly RegionLatency[] {
  return parse(RegionLatencies, input);
}
