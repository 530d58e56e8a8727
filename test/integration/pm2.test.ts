// ecosystem.config.js under the real PM2, with a daemon of its own that ends with the test.

import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { repositoryRoot } from '../support/repository.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/temporary-folder.ts';

const run = promisify(execFile);

interface Pm2Process {
  readonly pid: number;
  readonly pm2_env: {
    readonly status: string;
    readonly exit_code?: number;
    readonly restart_time: number;
    readonly exec_mode: string;
    readonly NODE_APP_INSTANCE: number;
  };
}

describe('[PM2-1] PM2 runs the server', () => {
  let home: TemporaryFolder;
  let port: number;

  beforeAll(async () => {
    home = await temporaryFolder('pm2');
    port = await freePort();
    await pm2('start', 'ecosystem.config.js');
  }, 60_000);

  afterAll(async () => {
    // Ends the daemon of this PM2_HOME and what it runs, nobody else's.
    await pm2('kill');
    await home[Symbol.asyncDispose]();
  }, 60_000);

  test('`pm2 start` returns when the server is ready, not when it is spawned', async () => {
    const response = await fetch(`http://127.0.0.1:${port}/ready`);
    expect(response.status, await serverLog()).toBe(200);
    const { pm2_env } = await describeProcess();
    expect(pm2_env).toMatchObject({
      status: 'online',
      exec_mode: 'fork_mode',
      NODE_APP_INSTANCE: 0,
    });
  });

  test('a killed server is back by itself', async () => {
    const { pid } = await describeProcess();
    process.kill(pid, 'SIGKILL');
    const successor = await eventually(
      async () => {
        const now = await describeProcess();
        return now.pid !== pid && now.pm2_env.status === 'online' && now;
      },
      { withinMs: 20_000, everyMs: 200 },
    );
    expect(successor.pm2_env.restart_time).toBe(1);
    await eventually(async () => (await fetch(`http://127.0.0.1:${port}/ready`)).ok, {
      withinMs: 20_000,
    });
  });

  test('`pm2 stop` drains it: exit code 0, by its own will and before the kill timeout', async () => {
    await pm2('stop', 'meridian');
    const { pm2_env } = await describeProcess();
    expect(pm2_env).toMatchObject({ status: 'stopped', exit_code: 0 });
    expect(await serverLog()).toContain('"event":"stopped"');
    // What ships logs reads the files as they are: [TR-11] holds for them as for stdout.
    const lines = (await readFile(join(home.path, 'logs/meridian-out.log'), 'utf8')).trimEnd();
    for (const line of lines.split('\n')) expect(JSON.parse(line)).toHaveProperty('time');
  });

  async function pm2(...args: string[]): Promise<string> {
    const { stdout } = await run(
      process.execPath,
      [join(repositoryRoot, 'node_modules/pm2/bin/pm2'), ...args],
      { cwd: repositoryRoot, env: environment() },
    );
    return stdout;
  }

  async function describeProcess(): Promise<Pm2Process> {
    const list = JSON.parse(await pm2('jlist', '--silent')) as Pm2Process[];
    const [only] = list;
    if (only === undefined || list.length > 1) throw new Error(`${list.length} processes, not 1`);
    return only;
  }

  /** What the server wrote: PM2 keeps it in its home. */
  async function serverLog(): Promise<string> {
    const folder = join(home.path, 'logs');
    const files = await readdir(folder);
    const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
    return texts.join('\n');
  }

  function environment(): NodeJS.ProcessEnv {
    const inherited = Object.entries(process.env).filter(
      // Settings of the shell that runs the tests, and marks of Vitest's workers, are not the server's.
      ([name]) => !/^(MERIDIAN_|VITEST|NODE_ENV$|NODE_OPTIONS$|NODE_CHANNEL)/.test(name),
    );
    return {
      ...Object.fromEntries(inherited),
      PM2_HOME: home.path,
      PORT: String(port),
      MERIDIAN_ADMIN_METRICS_PORT: '0',
      MERIDIAN_ADMIN_ADMIN_PORT: '0',
      MERIDIAN_HTTP_BIND_ADDRESS: '127.0.0.1',
      MERIDIAN_PROFILES_SQLITE_PATH: join(home.path, 'store.sqlite'),
    };
  }
});
