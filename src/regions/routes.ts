import { publicRoute, type Route } from '../transport/http/route.ts';
import type { RegionBoard } from './region-board.ts';
import { RegionListReply } from './schemas.ts';

/** `GET /v1/regions`: where one can play. Public: latencies are measured before anybody signs in. */
export function regionRoutes(board: Pick<RegionBoard, 'catalogue' | 'listings'>): readonly Route[] {
  return [
    publicRoute({
      method: 'get',
      path: '/v1/regions',
      operationId: 'listRegions',
      summary:
        'The regions one can play in, how full they are, and where to measure the way there.',
      status: 200,
      reply: RegionListReply,
      errors: [],
      handle: async () => ({
        ownRegionId: board.catalogue.ownRegionId,
        regions: board.listings(),
      }),
    }),
  ];
}
