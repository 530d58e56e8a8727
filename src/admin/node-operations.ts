import express, { type RequestHandler, type Router } from 'express';
import { z } from 'zod';
import type { NodeInfo } from '../cluster/node-info.ts';
import { GameError } from '../errors/game-error.ts';
import type { DrainResult } from '../protocol/rest.ts';
import { parse } from '../transport/http/parse.ts';

/** What operators may ask of the nodes of a region. */
export interface NodeOperations {
  nodes(): readonly NodeInfo[];
  /** @throws {GameError} `NODE_UNKNOWN`, `NODE_UNREACHABLE` */
  drain(nodeId: string): Promise<DrainResult>;
}

const Params = z.strictObject({ nodeId: z.string().regex(/^[\w-]{1,64}$/) });

/**
 * `GET /nodes` and `POST /nodes/:nodeId/drain`: moves every room of the node away and gives it no new ones, until its process
 * ends. Asks the node itself, wherever in the region it is. Stands behind the operator's password.
 */
export function nodeOperationsRouter(operations: NodeOperations): Router {
  const router = express.Router();
  router.get('/nodes', (_request, response) => {
    response.json({ nodes: operations.nodes() });
  });
  const drain: RequestHandler = async (request, response) => {
    const { nodeId } = parse(Params, request.params);
    response.json(await operations.drain(nodeId));
  };
  router.post('/nodes/:nodeId/drain', drain);
  router.use(() => {
    throw new GameError('NOT_FOUND');
  });
  return router;
}
