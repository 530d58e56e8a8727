// ecosystem.config.js with services apart, as PM2 reads it; what each process makes of its settings. PM2 itself: pm2.test.ts.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load-config.ts';
import { placementOf } from '../../src/config/placement.ts';
import { runningServices, SERVICES } from '../../src/config/services.ts';
import { repositoryRoot } from '../support/repository.ts';

interface App {
  readonly name: string;
  readonly args: string;
  readonly env: Readonly<Record<string, string>>;
}

const run = promisify(execFile);
const SHARED = {
  MERIDIAN_PM2_APART: '1',
  JWT_SECRET: 'a secret that all services have in common',
  REDIS_URI: 'redis://127.0.0.1:6379',
};

test('[PM2-2] each service is a process that starts: every one of them once, found by the others, on ports of its own', async () => {
  const print = `import('./ecosystem.config.js').then(({ apps }) => console.log(JSON.stringify(apps)))`;
  const { stdout } = await run(process.execPath, ['-e', print], {
    cwd: repositoryRoot,
    env: { ...process.env, ...SHARED },
  });
  const apps = JSON.parse(stdout) as readonly App[];
  const processes = apps.map(({ args, env }) => {
    const [, services = ''] = /^--services (\S+) --game \S+$/.exec(args) ?? [];
    return loadConfig({ ...SHARED, ...env, MERIDIAN_PROCESS_SERVICES: services });
  });
  const running = processes.map((config) => [...runningServices(placementOf(config))]);
  const called = SERVICES.filter((service) => service !== 'incidents');
  expect(running.flat().toSorted()).toEqual(called.toSorted());
  expect(apps.map(({ name }) => name)).toEqual(running.map(([service]) => `meridian-${service}`));
  for (const [at, config] of processes.entries()) {
    const [service = 'game'] = running[at] ?? [];
    if (service === 'game' || service === 'incidents') continue;
    const port = `127.0.0.1:${config.rpc.port}`;
    for (const other of processes) expect(other.rpc[`${service}Target`]).toBe(port);
  }
  const ports = processes.flatMap(({ http, rpc, cluster, admin }) => [
    ...[http.port, rpc.port, cluster.peerPort, admin.metricsPort],
  ]);
  expect(new Set(ports).size).toBe(ports.length);
  expect(new Set(processes.map(({ profiles }) => profiles.sqlitePath)).size).toBe(apps.length);
});
