// RM-11, RM-13 to RM-15, RM-17 to RM-19: who comes in, how often, and from where.

import { once } from 'node:events';
import { expect, test } from 'vitest';
import WebSocket from 'ws';
import { guard } from '../../support/guard.ts';
import { GuardClient, requestSeat, type Seat } from '../../support/guard-client.ts';
import { GuardProcess } from '../../support/guard-process.ts';

const PLENTY = { MERIDIAN_HTTP_MATCHMAKE_PER_MINUTE: '10000' };

guard('[RM-11] a room has 64 seats unless it says otherwise', {
  scenario: 'plain',
  settings: PLENTY,
  async observe(server) {
    for (let i = 0; i < 65; i++) await requestSeat(server.port, 'plain');
    return { rooms: await server.ask('rooms') };
  },
  meridian: { rooms: 2 },
  stock: { rooms: 1 },
});

guard('[RM-13] clients cannot make rooms at will', {
  scenario: 'plain',
  async observe(server) {
    const { status } = await requestSeat(server.port, 'plain', { method: 'create' });
    return { status, rooms: await server.ask('rooms') };
  },
  meridian: { status: 403, rooms: 0 },
  stock: { status: 200, rooms: 1 },
});

guard('[RM-14] [RM-17] matchmaking is limited per address, whatever a header claims', {
  scenario: 'plain',
  settings: { MERIDIAN_HTTP_MATCHMAKE_PER_MINUTE: '10' },
  async observe(server) {
    const statuses: number[] = [];
    for (let i = 0; i < 15; i++) {
      const headers = { 'x-forwarded-for': `198.51.100.${i}`, 'x-real-ip': `198.51.100.${i}` };
      statuses.push((await requestSeat(server.port, 'plain', { headers })).status);
    }
    return {
      admitted: statuses.filter((status) => status === 200).length,
      limited: statuses.filter((status) => status === 429).length,
    };
  },
  meridian: { admitted: 10, limited: 5 },
  stock: { admitted: 15, limited: 0 },
});

guard('[RM-15] sockets are limited per address', {
  scenario: 'plain',
  settings: { MERIDIAN_HTTP_SOCKETS_PER_ADDRESS: '5' },
  async observe(server) {
    const outcomes: string[] = [];
    const sockets: WebSocket[] = [];
    for (let i = 0; i < 8; i++) {
      const { body } = await requestSeat(server.port, 'plain');
      const { processId, roomId, sessionId } = body as Seat;
      const ws = new WebSocket(
        `ws://127.0.0.1:${server.port}/${processId}/${roomId}?sessionId=${sessionId}`,
      );
      sockets.push(ws);
      outcomes.push(await openOrRefused(ws));
    }
    for (const ws of sockets) ws.terminate();
    return outcomes.slice(4);
  },
  meridian: ['open', 'HTTP 429', 'HTTP 429', 'HTTP 429'],
  stock: ['open', 'open', 'open', 'open'],
});

async function openOrRefused(ws: WebSocket): Promise<string> {
  const refused = once(ws, 'unexpected-response').then(
    ([, response]) => `HTTP ${(response as { statusCode: number }).statusCode}`,
  );
  return await Promise.race([once(ws, 'open').then(() => 'open'), refused]);
}

guard('[RM-17] a player has the address of his socket, not of a header he wrote', {
  scenario: 'plain',
  async observe(server) {
    await requestSeat(server.port, 'address', { headers: { 'x-forwarded-for': '198.51.100.7' } });
    await requestSeat(server.port, 'address', { headers: { 'x-real-ip': '198.51.100.8' } });
    return await server.ask('addresses');
  },
  meridian: ['127.0.0.1', '127.0.0.1'],
  stock: ['198.51.100.7', '198.51.100.8'],
});

test('[RM-17] a proxy that is trusted tells the address', async () => {
  await using server = await GuardProcess.start('meridian', 'plain', {
    MERIDIAN_HTTP_TRUSTED_PROXIES: 'loopback',
  });
  await requestSeat(server.port, 'address', {
    headers: { 'x-forwarded-for': '192.0.2.1, 198.51.100.7', 'x-real-ip': '192.0.2.2' },
  });
  expect(await server.ask('addresses')).toEqual(['198.51.100.7']);
});

guard(
  '[RM-18] a room that says nothing about it admits players who are signed in, and nobody else',
  {
    scenario: 'plain',
    async observe(server) {
      const withoutToken = await requestSeat(server.port, 'members');
      const headers = { authorization: 'Bearer made-up' };
      const withBadToken = await requestSeat(server.port, 'members', { headers });
      return [withoutToken.status, withBadToken.status];
    },
    meridian: [401, 401],
    stock: [200, 200],
  },
);

guard('[RM-19] an onAuth of the instance runs, also where a static one exists', {
  scenario: 'plain',
  async observe(server) {
    const join = async (options: { word?: string }) => {
      try {
        using _client = await GuardClient.join(server.port, 'door', { options });
        return 'admitted';
      } catch {
        // How a refusal is told is not this question.
        return 'refused';
      }
    };
    return [await join({ word: 'friend' }), await join({})];
  },
  meridian: ['admitted', 'refused'],
  stock: ['admitted', 'admitted'],
});
