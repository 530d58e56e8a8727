// A node on Bun does what differed there from Node (docs/adr/0021-bun.md). All other suites run on it with MERIDIAN_TEST_RUNTIME=bun.

import { Client } from '@colyseus/sdk';
import { expect } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { longTest } from '../support/long-test.ts';
import { MeridianProcess } from '../support/meridian-process.ts';
import { bunBinary } from '../support/node-binary.ts';
import { RawClient } from '../support/raw-client.ts';
import { RedisServer } from '../support/redis-server.ts';

const GAME = 'test/support/field-game.ts';
const PATIENCE = { withinMs: 20_000 };

function startOnBun(env: Readonly<Record<string, string>>): Promise<MeridianProcess> {
  return MeridianProcess.start({ game: GAME, env, binary: bunBinary() });
}

async function joinWithSdk(node: MeridianProcess) {
  const client = new Client(`ws://127.0.0.1:${node.port}`);
  client.auth.token = (await node.signIn()).accessToken;
  return await client.joinOrCreate<{ readonly ticks: number }>('field');
}

longTest(
  '[ND-5] on Bun, too: players play, who does not read is let go, lag is counted, SIGTERM drains',
  async () => {
    await using node = await startOnBun({
      MERIDIAN_ROOMS_SEND_GATE_MAX_MS: '200',
      MERIDIAN_ROOMS_PING_INTERVAL_MS: '60000',
    });
    const room = await joinWithSdk(node);
    expect(await room.request('add', [1, 2, 3])).toBe(6);
    const { accessToken: token } = await node.signIn();
    using idler = await RawClient.join(node, { method: 'joinById', target: room.roomId, token });
    await eventually(() => idler.messages.length > 3, PATIENCE);
    idler.ws.pause();
    room.send('fill', 300_000);
    const tooSlow = 'meridian_evictions_total{room="field",reason="too-slow"}';
    await eventually(async () => (await node.metric(tooSlow)) === 1, PATIENCE);
    idler.ws.resume();
    expect(await idler.closed).toMatchObject({ code: 4408 });
    room.send('fill', 0);
    await eventually(async () => (await node.metric('meridian_event_loop_lag_p99_seconds')) > 0, {
      withinMs: 10_000,
    });
    const left = new Promise((resolve) => room.onLeave(resolve));
    expect(await node.stop()).toEqual({ exitCode: 0, signal: null });
    await left;
  },
);

longTest('[CL-1] on Bun, too: a lease is held for as long as its thread renews it', async () => {
  await using redis = await RedisServer.start();
  const port = await freePort();
  await using node = await startOnBun({
    PORT: String(port),
    REDIS_URI: redis.uri,
    JWT_SECRET: 'the secret of a region on Bun, long enough',
    MERIDIAN_HTTP_PUBLIC_ADDRESS: `127.0.0.1:${port}`,
    MERIDIAN_CLUSTER_PEER_PORT: '0',
  });
  await node.ready();
  const room = await joinWithSdk(node);
  await eventually(() => room.state.ticks > 60, PATIENCE);
  expect(node.log.filter(({ event }) => event === 'lease-lapsed')).toEqual([]);
  await room.leave();
});
