import { z } from 'zod';
import type { TelemetrySource } from '../../../src/admin/telemetry-routes.ts';
import type { LogList, LogQuery, TraceList, TraceView } from '../../../src/protocol/telemetry.ts';
import type { ClusterNode } from '../../cluster/cluster-node.ts';
import type { World } from '../world.ts';

const PATIENCE_MS = 4_000;
const LEVELS = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
} as const;

const Lines = z.object({ lines: z.array(z.unknown()), silent: z.array(z.string()) });

/** Traces and log lines of a whole local world: a node of each region tells for its region, and of traces any node tells for all. */
export class WorldTelemetry implements TelemetrySource {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  async traces(order: 'newest' | 'slowest', limit: number): Promise<TraceList> {
    const nodes = [...this.#world.regions.values()].flatMap(({ cluster }) => cluster.running);
    const told = await firstAnswer(nodes, `traces?order=${order}&limit=${limit}`);
    return told === null
      ? { isKept: false, traces: [], silent: ['everybody'] }
      : (told as TraceList);
  }

  async trace(traceId: string): Promise<TraceView> {
    const nodes = [...this.#world.regions.values()].flatMap(({ cluster }) => cluster.running);
    const told = await firstAnswer(nodes, `traces/${traceId}`);
    return told === null ? { traceId, spans: [], silent: ['everybody'] } : (told as TraceView);
  }

  async logs(query: LogQuery): Promise<LogList> {
    const path = `logs?${parametersOf(query)}`;
    const silent: string[] = [];
    const told = await Promise.all(
      [...this.#world.regions].map(async ([regionId, { cluster }]) => {
        if (query.region !== undefined && query.region !== regionId) return [];
        const answer = Lines.safeParse(await firstAnswer(cluster.running, path));
        if (!answer.success) silent.push(`region ${regionId}`);
        else silent.push(...answer.data.silent);
        return answer.success ? (answer.data.lines as LogList['lines']) : [];
      }),
    );
    const lines = told.flat().toSorted((a, b) => Date.parse(a.time) - Date.parse(b.time));
    return { lines: lines.slice(-(query.limit ?? lines.length)), silent };
  }
}

/** Of one after the other, until one answers; null: none did. */
async function firstAnswer(nodes: readonly ClusterNode[], path: string): Promise<unknown> {
  for (const node of nodes) {
    try {
      return await node.tell(path, { timeoutMs: PATIENCE_MS });
    } catch {
      // Killed a moment ago, or too busy: another one knows as much.
    }
  }
  return null;
}

function parametersOf({ level, ...query }: LogQuery): URLSearchParams {
  const parameters = new URLSearchParams();
  if (level !== undefined) parameters.set('level', LEVELS[level as keyof typeof LEVELS]);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) parameters.set(name, String(value));
  }
  return parameters;
}
