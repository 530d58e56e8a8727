import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { freePort } from '../../../test/support/free-port.ts';
import { RedisServer } from '../../../test/support/redis-server.ts';
import { waitForQuiet } from '../../machine/cores.ts';
import { LineProcess } from '../../machine/line-process.ts';
import { pinned, type Runtimes } from '../../machine/runtimes.ts';
import { CONCURRENCY, type JoinsCase } from './case.ts';
import { fillColyseus, fillMeridian } from './fill.ts';
import type { JoinsWindow, LoadReport, LoadSetup, ServerReport, ServerSetup } from './wire.ts';

/** Nodes on one core; players and Redis on the other. */
const SERVER_CORE = 0;
const LOAD_CORE = 1;
/** Until compilers have settled: a fresh process joins half as many a second. */
const WARM_UP_JOINS = 600;
const QUIET_WITHIN_MS = 5_000;

export interface CaseRunner {
  readonly projectRoot: string;
  readonly runtimes: Runtimes;
}

/** Starts Redis, fills it, starts the nodes, and lets the players in. */
export async function runCase(runner: CaseRunner, it: JoinsCase): Promise<JoinsWindow> {
  await waitForQuiet([SERVER_CORE, LOAD_CORE], QUIET_WITHIN_MS);
  await using redis = await RedisServer.start();
  if (runner.runtimes.canPin) {
    spawnSync('taskset', ['-cp', String(LOAD_CORE), String(redis.pid)], { stdio: 'ignore' });
  }
  await (it.contender === 'meridian' ? fillMeridian : fillColyseus)(redis, it.rooms);
  await using owned = new AsyncDisposableStack();
  const jwtSecret = randomBytes(32).toString('hex');
  const ports: number[] = [];
  for (let node = 0; node < it.nodes; node++) {
    const port = await freePort();
    ports.push(port);
    const setup: ServerSetup = { redisPort: redis.port, port, jwtSecret };
    const script = join('servers', `${it.contender}.ts`);
    const server = start<ServerReport>(runner, SERVER_CORE, script, setup);
    owned.defer(() => server.quit());
    await server.next(30_000);
  }
  const { joins } = it;
  const setup: LoadSetup = { ports, joins, warmUpJoins: WARM_UP_JOINS, concurrency: CONCURRENCY };
  const load = start<LoadReport>(runner, LOAD_CORE, 'load.ts', setup);
  owned.defer(() => load.quit());
  await load.next();
  const report = await load.ask('go');
  if (report.kind !== 'joins') throw new Error(`expected joins, got ${JSON.stringify(report)}`);
  return report;
}

function start<Report>(
  { projectRoot, runtimes }: CaseRunner,
  core: number,
  script: string,
  setup: object,
): LineProcess<Report> {
  const args = ['--conditions=meridian-source', join(import.meta.dirname, script)];
  const started = pinned(runtimes, core, runtimes.node, [...args, JSON.stringify(setup)]);
  return new LineProcess<Report>({ name: script, ...started, cwd: projectRoot });
}
