import express, { type Router } from 'express';
import { z } from 'zod';
import {
  LOGS_PATH,
  type LogList,
  type LogQuery,
  TRACES_PATH,
  type TraceList,
  type TraceView,
} from '../protocol/telemetry.ts';
import { parse } from '../transport/http/parse.ts';

/** Where an operator's node gets spans and log lines from. */
export interface TelemetrySource {
  traces(order: 'newest' | 'slowest', limit: number): Promise<TraceList>;
  trace(traceId: string): Promise<TraceView>;
  logs(query: LogQuery): Promise<LogList>;
}

/** As pino names its levels. */
const LEVELS = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, fatal: 60 } as const;

const TraceId = z.string().regex(/^[\da-f]{32}$/, 'wants 32 hexadecimal digits');
const TracesQuery = z.strictObject({
  order: z.enum(['newest', 'slowest']).default('slowest'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
const LogsQuery = z.strictObject({
  level: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal'])
    .transform((name) => LEVELS[name])
    .optional(),
  node: z.string().max(64).optional(),
  region: z.string().max(64).optional(),
  room: z.string().max(64).optional(),
  traceId: TraceId.optional(),
  text: z.string().max(256).optional(),
  /** Wall clock, ms. */
  sinceMs: z.coerce.number().min(0).optional(),
  limit: z.coerce.number().int().min(1).max(2_000).optional(),
});

/** {@link TRACES_PATH} and {@link LOGS_PATH}. Who may come in is decided before. */
export function telemetryRoutes(source: TelemetrySource): Router {
  const router = express.Router();
  router.get(TRACES_PATH, async (request, response) => {
    const { order, limit } = parse(TracesQuery, request.query);
    response.set('Cache-Control', 'no-store').json(await source.traces(order, limit));
  });
  router.get(`${TRACES_PATH}/:traceId`, async (request, response) => {
    const traceId = parse(TraceId, request.params['traceId']);
    response.set('Cache-Control', 'no-store').json(await source.trace(traceId));
  });
  router.get(LOGS_PATH, async (request, response) => {
    const query = parse(LogsQuery, request.query);
    response.set('Cache-Control', 'no-store').json(await source.logs(query));
  });
  return router;
}
