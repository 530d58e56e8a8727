// The operator's door: Colyseus' monitor behind a password, on a port that is never public.

import { request as httpRequest } from 'node:http';
import { Client } from '@colyseus/sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type MeridianProcess, startMeridian } from '../support/start-meridian.ts';

const PASSWORD = 'correct horse battery';
const RIGHT = `Basic ${btoa(`operator:${PASSWORD}`)}`;

let node: MeridianProcess;
beforeAll(async () => {
  node = await startMeridian('test/support/field-game.ts', { MERIDIAN_ADMIN_PASSWORD: PASSWORD });
});
afterAll(() => node[Symbol.asyncDispose]());

interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** Node's own client: `fetch` would not send `Sec-Fetch-Site` as it is told. */
async function get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return await new Promise((resolve, reject) => {
    const request = httpRequest({ port: node.adminPort, path, headers }, async (response) => {
      let text = '';
      for await (const chunk of response) text += String(chunk);
      resolve({ status: response.statusCode, headers: response.headers, text });
    });
    request.on('error', reject).end();
  });
}

test('[ND-35] without a password there is no monitor at all', async () => {
  await using open = await startMeridian('test/support/field-game.ts');
  for (const path of ['/monitor', '/monitor/', '/monitor/api']) {
    const response = await fetch(`http://127.0.0.1:${open.adminPort}${path}`);
    expect(response.status).toBe(404);
    expect(await response.text()).toContain('MERIDIAN_ADMIN_PASSWORD');
  }
});

describe('[ND-36] nobody gets in without the password', () => {
  test.each<[string, string | undefined]>([
    ['nothing', undefined],
    ['a wrong password', `Basic ${btoa('operator:wrong')}`],
    ['a wrong name', `Basic ${btoa(`admin:${PASSWORD}`)}`],
    ['no name', `Basic ${btoa(PASSWORD)}`],
    ['another scheme', `Bearer ${PASSWORD}`],
    ['no base64', 'Basic %%%'],
  ])('with %s: 401', async (_, authorization) => {
    for (const path of ['/monitor', '/monitor/', '/monitor/api', '/monitor/api/room/call']) {
      const { status, headers } = await get(path, authorization ? { authorization } : {});
      expect(status).toBe(401);
      expect(headers['www-authenticate']).toMatch(/^Basic realm=/);
    }
  });

  test.each(['cross-site', 'same-site'])('from a page that is %s: 403', async (site) => {
    const headers = { authorization: RIGHT, 'sec-fetch-site': site };
    expect((await get('/monitor/api/room/call?roomId=x&method=y', headers)).status).toBe(403);
  });

  test('on the public port it is not there', async () => {
    const headers = { authorization: RIGHT };
    for (const path of ['/monitor', '/monitor/api', '/admin', '/colyseus']) {
      expect((await fetch(`${node.url}${path}`, { headers })).status).toBe(404);
    }
  });
});

describe('[ND-37] with the password the monitor works', () => {
  test('it lists rooms and shows what is in them', async () => {
    const client = new Client(node.url);
    client.auth.token = (await node.signIn()).accessToken;
    const room = await client.joinOrCreate('field');
    const list = await get('/monitor/api', {
      authorization: RIGHT,
      'sec-fetch-site': 'same-origin',
    });
    expect(list.status).toBe(200);
    const { rooms, connections } = JSON.parse(list.text);
    expect(connections).toBe(1);
    expect(rooms).toEqual([expect.objectContaining({ roomId: room.roomId, name: 'field' })]);
    const shown = await get(`/monitor/api/room?roomId=${room.roomId}`, { authorization: RIGHT });
    const { clients, state, stateSize } = JSON.parse(shown.text);
    expect(clients).toEqual([expect.objectContaining({ sessionId: room.sessionId })]);
    expect(state.walkers[room.sessionId]).toEqual({ x: 0 });
    expect(stateSize).toBeGreaterThan(0);
    await room.leave();
  });

  test('its page and everything the page names are there', async () => {
    const headers = { authorization: RIGHT };
    const moved = await get('/monitor', headers);
    expect([moved.status, moved.headers['location']]).toEqual([302, '/monitor/']);
    const page = await get('/monitor/', headers);
    expect(page.status).toBe(200);
    const assets = [...page.text.matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map(([, path]) => path);
    expect(assets.length).toBeGreaterThanOrEqual(2);
    for (const asset of assets) {
      expect((await get(`/monitor/${asset}`, headers)).status).toBe(200);
    }
    expect((await get('/monitor/../../package.json', headers)).status).toBe(404);
  });
});
