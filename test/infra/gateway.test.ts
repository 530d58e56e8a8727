// infra/kubernetes/base/nginx.conf by a real nginx: who is asked when nodes are ready, and when none is. Kubernetes' Services are names here.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findProgram } from '../../bin/setup/find-program.ts';
import { eventually } from '../support/eventually.ts';
import { serveNames } from '../support/kube/name-server.ts';

const CONFIGURATION = join(import.meta.dirname, '../../infra/kubernetes/base/nginx.conf');
/** Of the file; addresses of this machine are as many as pods. */
const NODE_PORT = 2_567;
const GATEWAY = '127.77.0.1';
const NAME_SERVER = { address: GATEWAY, port: 5_353 };
const READY_NODE = '127.77.0.2';
const UNREADY_NODE = '127.77.0.3';
const NOBODY = '127.77.0.9';

const nginx = findProgram(['nginx', '/usr/sbin/nginx']);

describe.skipIf(nginx === null)('the gateway', () => {
  const owned = new AsyncDisposableStack();
  const names = new Map<string, readonly string[]>();
  let asked: string[] = [];
  beforeAll(async () => {
    for (const address of [READY_NODE, UNREADY_NODE]) owned.use(await node(address));
    owned.use(await serveNames((name) => names.get(name) ?? null, NAME_SERVER));
    owned.use(await startNginx());
  });
  afterAll(() => owned.disposeAsync());

  async function node(address: string): Promise<Server> {
    const server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url} ${address}`);
      // As one that ends in the midst of it.
      if (request.url === '/ends') request.socket.destroy();
      else response.end('fine');
    });
    server.listen(NODE_PORT, address);
    await once(server, 'listening');
    return server;
  }

  async function startNginx(): Promise<AsyncDisposable> {
    const folder = await mkdtemp(join(tmpdir(), 'gateway-'));
    await writeFile(join(folder, 'listen.conf'), `listen ${GATEWAY}:8443;`);
    const text = (await readFile(CONFIGURATION, 'utf8'))
      .replace(/resolver \S+ valid=2s/, `resolver ${GATEWAY}:${NAME_SERVER.port} valid=1s`)
      .replace('/etc/meridian/listen.conf', join(folder, 'listen.conf'))
      .replace('listen 8080', `listen ${GATEWAY}:8080`)
      .replaceAll(/\/tmp\/(?!gateway-)/g, `${folder}/`);
    await writeFile(join(folder, 'nginx.conf'), text);
    const child = spawn(
      nginx as string,
      ['-c', join(folder, 'nginx.conf'), '-p', folder, '-g', 'daemon off;'],
      { stdio: 'ignore' },
    );
    await eventually(() => fetch(`http://${GATEWAY}:8080/live`).then(({ ok }) => ok), {
      withinMs: 10_000,
    });
    return {
      [Symbol.asyncDispose]: async () => {
        const ended = once(child, 'exit');
        child.kill('SIGTERM');
        await ended;
        await rm(folder, { recursive: true });
      },
    };
  }

  /** nginx keeps a name for a second. */
  async function become(ready: string): Promise<void> {
    names.set('game.meridian.svc.cluster.local', [UNREADY_NODE]);
    if (ready === '') names.delete('game-ready.meridian.svc.cluster.local');
    else names.set('game-ready.meridian.svc.cluster.local', [ready]);
    const by = { [READY_NODE]: READY_NODE, '': UNREADY_NODE }[ready] ?? null;
    await eventually(
      async () => {
        asked = [];
        const { status } = await fetch(`http://${GATEWAY}:8443/look`);
        return by === null ? status === 502 : asked.join() === `GET /look ${by}`;
      },
      { withinMs: 10_000 },
    );
    asked = [];
  }

  beforeEach(() => become(READY_NODE));

  test('goes to nodes that are ready', async () => {
    const reply = await fetch(`http://${GATEWAY}:8443/v1/auth/guest`, { method: 'POST' });
    expect(reply.status).toBe(200);
    expect(asked).toEqual([`POST /v1/auth/guest ${READY_NODE}`]);
  });

  test('goes to any node while none is ready, and stays open itself', async () => {
    await become('');
    const replies = [
      await fetch(`http://${GATEWAY}:8443/v1/rooms/r1?waitMs=0`),
      await fetch(`http://${GATEWAY}:8080/ready`),
    ];
    expect(replies.map(({ status }) => status)).toEqual([200, 200]);
    expect(asked).toEqual([
      `GET /v1/rooms/r1?waitMs=0 ${UNREADY_NODE}`,
      `GET /live ${UNREADY_NODE}`,
    ]);
  });

  test('asks nothing twice of which it does not know what became of it', async () => {
    const reply = await fetch(`http://${GATEWAY}:8443/ends`, { method: 'POST' });
    expect(reply.status).toBe(502);
    expect(asked).toEqual([`POST /ends ${READY_NODE}`]);
  });

  test('does not take a ready node that cannot be reached for none', async () => {
    await become(NOBODY);
    expect((await fetch(`http://${GATEWAY}:8080/ready`)).status).toBe(502);
    expect(asked).toEqual([]);
  });
});
