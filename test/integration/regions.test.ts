// Regions as their players see them: real nodes, real sockets, and links that are known to be long.

import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { MemoryStorage, MeridianClient } from '@meridian/client';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import WebSocket from 'ws';
import type { RegionList } from '../../src/protocol/regions.ts';
import { LatencyTokens, latencyKey } from '../../src/regions/latency-tokens.ts';
import { systemClock as clock } from '../../src/shared/clock.ts';
import { startMeridian } from '../support/start-meridian.ts';
import { startRegions, type TestRegions } from '../support/start-regions.ts';

const SECRET = 'a secret that both of the regions have';
/** Delays are whole timers of a busy machine, hence never shorter and a little longer. */
const SLACK_MS = 40;

let regions: TestRegions;
beforeAll(async () => {
  regions = await startRegions({ delaysMs: { near: 10, far: 60 }, secret: SECRET });
});
afterAll(() => regions?.[Symbol.asyncDispose]());

function clientOf(url: string): MeridianClient {
  return new MeridianClient(url, { storage: new MemoryStorage() });
}

/** As a matchmaker of any of the regions has them. */
function tokensOf(ownRegionId: string): LatencyTokens {
  const key = latencyKey({ secret: '' }, { jwtSecret: SECRET });
  return new LatencyTokens({ clock }, { key, ownRegionId, regionIds: ['near', 'far'] });
}

test('[RG-2] every node tells of all regions, and of itself that it is open', async () => {
  for (const own of ['near', 'far']) {
    const reply = await fetch(`${regions.region(own).node.url}/v1/regions`);
    const list = (await reply.json()) as RegionList;
    expect(list.ownRegionId).toBe(own);
    expect(list.regions.map(({ regionId }) => regionId)).toEqual(['near', 'far']);
    for (const { regionId, url, probeUrl, isOpen, loadRatio } of list.regions) {
      expect(url).toBe(regions.region(regionId).url);
      expect(probeUrl).toBe(`${url?.replace('http', 'ws')}/v1/probe`);
      // Nothing carries reports between regions in this test.
      expect({ isOpen, hasLoad: loadRatio !== null }).toEqual({
        isOpen: regionId === own ? true : null,
        hasLoad: regionId === own,
      });
    }
  }
});

test('[RG-2] pages of one region may call the others', async () => {
  const near = regions.region('near');
  const origin = new URL(regions.region('far').url).origin;
  const reply = await fetch(`${near.node.url}/v1/regions`, { headers: { origin } });
  expect(reply.headers.get('access-control-allow-origin')).toBe(origin);
  const policy = reply.headers.get('content-security-policy') ?? '';
  expect(policy).toContain(origin);
  expect(policy).toContain(origin.replace('http', 'ws'));
});

describe('[RG-14] a client measures the regions', () => {
  test('and both ends agree on the way there, which the region signs', async () => {
    const client = clientOf(regions.region('far').url);
    const { playerId } = await client.signInAsGuest();
    const latencies = await client.regions.probe();
    client.regions.stop();
    expect(latencies.map(({ regionId }) => regionId)).toEqual(['near', 'far']);
    for (const { regionId, rttMs, lossRatio, token } of latencies) {
      const leastMs = regionId === 'near' ? 20 : 120;
      const certified = await tokensOf('near').verify(token ?? '', { playerId, regionId });
      for (const measuredMs of [rttMs, certified.rttMs]) {
        // Timers of Node may be early by less than a millisecond.
        expect(measuredMs).toBeGreaterThan(leastMs - 2);
        expect(measuredMs).toBeLessThan(leastMs + SLACK_MS);
      }
      expect({ lossRatio, samples: certified.samples }).toEqual({ lossRatio: 0, samples: 5 });
    }
  });

  test('[RG-12] and a token of it that was changed, or is of another secret, is refused', async () => {
    const client = clientOf(regions.region('near').url);
    const [nearest] = await client.regions.probe();
    client.regions.stop();
    const token = nearest?.token ?? '';
    expect(await tokensOf('far').verify(token)).toMatchObject({ playerId: null, regionId: 'near' });
    const [head, , mac] = token.split('.');
    const claims = { ...JSON.parse(atob(token.split('.')[1] ?? '')), rttMs: 1, regionId: 'far' };
    const changed = [head, Buffer.from(JSON.stringify(claims)).toString('base64url'), mac].join(
      '.',
    );
    await expect(tokensOf('far').verify(changed)).rejects.toThrow(
      expect.objectContaining({ code: 'LATENCY_INVALID', details: { reason: 'forged' } }),
    );
  });

  test('of which one is dead: it is left out when its second and a half are over', async () => {
    // Whoever connects waits for ever.
    const hole = createServer(() => {}).listen(0, '127.0.0.1');
    await once(hole, 'listening');
    onTestFinished(() => void hole.close());
    const position = { latitude: 0, longitude: 0 };
    const all = [
      { id: 'here', name: 'here', url: regions.region('near').url, position },
      {
        id: 'gone',
        name: 'gone',
        url: `http://127.0.0.1:${(hole.address() as AddressInfo).port}`,
        position,
      },
    ];
    await using node = await startMeridian('test/support/counter-game.ts', {
      JWT_SECRET: SECRET,
      MERIDIAN_REGION_ID: 'here',
      MERIDIAN_REGIONS: JSON.stringify(all),
    });
    const client = clientOf(node.url);
    const startedMs = performance.now();
    const latencies = await client.regions.probe();
    client.regions.stop();
    expect(latencies.map(({ regionId }) => regionId)).toEqual(['here']);
    expect(performance.now() - startedMs).toBeLessThan(2_500);
  });
});

/** A probe that is told by hand what to do with each nonce. */
async function rawProbe(url: string) {
  const ws = new WebSocket(`${url.replace('http', 'ws')}/v1/probe`);
  const closed = once(ws, 'close').then(([code]) => code as number);
  const heard: Record<string, unknown>[] = [];
  return { ws, heard, closed };
}

describe('[RG-10] a client that cheats', () => {
  test('is farther away than it is when it answers late', async () => {
    const { ws, heard, closed } = await rawProbe(regions.region('near').node.url);
    ws.on('message', (data) => {
      const reply = JSON.parse(String(data)) as Record<string, unknown>;
      heard.push(reply);
      setTimeout(() => ws.send(JSON.stringify(reply)), 80);
    });
    expect(await closed).toBe(1000);
    const { certificate } = heard.at(-1) as { certificate: { rttMs: number } };
    expect(certificate.rttMs).toBeGreaterThan(78);
  });

  test('is thrown out when it answers before it was asked', async () => {
    const { ws, heard, closed } = await rawProbe(regions.region('far').url);
    ws.on('message', (data) => {
      const reply = JSON.parse(String(data)) as Record<string, unknown>;
      heard.push(reply);
      // The answer to this one, and at once those to the next four.
      for (let i = 0; i < 5; i++) ws.send(JSON.stringify(reply));
    });
    expect(await closed).toBe(4400);
    expect(JSON.stringify(heard)).not.toContain('certificate');
  });
});

test('[RG-11] probes count as sockets of their address', async () => {
  await using node = await startMeridian('test/support/counter-game.ts', {
    MERIDIAN_HTTP_SOCKETS_PER_ADDRESS: '2',
  });
  const open = () => new WebSocket(`${node.url.replace('http', 'ws')}/v1/probe`);
  const [first, second] = [open(), open()];
  await Promise.all([once(first, 'message'), once(second, 'message')]);
  const [, refusal] = (await once(open(), 'unexpected-response')) as [
    unknown,
    { statusCode: number },
  ];
  expect(refusal.statusCode).toBe(429);
  for (const ws of [first, second]) ws.terminate();
});
