import { z } from 'zod';
import { WireId } from '../shared/wire-id.ts';
import { defineRpc, NoReply } from '../transport/rpc/rpc-contract.ts';

// The messages of proto/analytics/v1/analytics.proto, and the values they stand for.

/** Two short writes of the pseudonyms' store, ms. */
const ERASE_WITHIN_MS = 3_000;

/** The analytics service, for those who run without it. */
export const ANALYTICS_RPC = defineRpc({
  name: 'meridian.analytics.v1.AnalyticsService',
  proto: 'analytics/v1/analytics.proto',
  methods: {
    erasePlayer: {
      request: z.object({ playerId: WireId }),
      reply: NoReply,
      isIdempotent: true,
      deadlineMs: ERASE_WITHIN_MS,
    },
  },
});
