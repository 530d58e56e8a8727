// The console's interface on a node's admin port.

import { request as httpRequest } from 'node:http';
import { Client } from '@colyseus/sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  ACTION_HEADER,
  ACTIONS_PATH,
  WORLD_PATH,
  type WorldView,
} from '../../src/protocol/admin.ts';
import { eventually } from '../support/eventually.ts';
import { type MeridianProcess, startMeridian } from '../support/start-meridian.ts';

const PASSWORD = 'correct horse battery';
const authorization = `Basic ${btoa(`operator:${PASSWORD}`)}`;

let node: MeridianProcess;
beforeAll(async () => {
  node = await startMeridian('test/support/field-game.ts', { MERIDIAN_ADMIN_PASSWORD: PASSWORD });
});
afterAll(() => node[Symbol.asyncDispose]());

interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Node's own client: `fetch` would not send `Sec-Fetch-Site` as it is told. */
async function ask(path: string, { method = 'GET', headers = {}, body }: Question = {}) {
  return await new Promise<{
    readonly status: number | undefined;
    readonly headers: Readonly<Record<string, string | string[] | undefined>>;
    readonly text: string;
  }>((resolve, reject) => {
    const options = { port: node.adminPort, path, method, headers };
    const request = httpRequest(options, async (response) => {
      let text = '';
      for await (const chunk of response) text += String(chunk);
      resolve({ status: response.statusCode, headers: response.headers, text });
    });
    request.on('error', reject).end(body);
  });
}

async function world(): Promise<WorldView> {
  const { status, text } = await ask(WORLD_PATH, { headers: { authorization } });
  expect(status).toBe(200);
  return JSON.parse(text);
}

function post(body: unknown, headers: Readonly<Record<string, string>> = {}) {
  return ask(ACTIONS_PATH, {
    method: 'POST',
    headers: {
      authorization,
      'content-type': 'application/json',
      [ACTION_HEADER]: '1',
      ...headers,
    },
    body: JSON.stringify(body),
  });
}

test('[CN-1] nobody gets in without the password, nor from another site', async () => {
  for (const path of ['/admin/', WORLD_PATH, ACTIONS_PATH]) {
    expect((await ask(path)).status).toBe(401);
    const headers = { authorization, 'sec-fetch-site': 'cross-site' };
    expect((await ask(path, { headers })).status).toBe(403);
    expect((await fetch(`${node.url}${path}`, { headers: { authorization } })).status).toBe(404);
  }
});

test('[CN-1] its policy lets nothing in from elsewhere', async () => {
  const { headers } = await ask('/admin/', { headers: { authorization } });
  const policy = String(headers['content-security-policy']);
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toMatch(/unsafe|http|\*|data:/);
});

test('[CN-2] a node tells of its region, itself and its rooms', async () => {
  const client = new Client(node.url);
  client.auth.token = (await node.signIn()).accessToken;
  const room = await client.joinOrCreate('field');
  const seen = await eventually(
    async () => {
      const view = await world();
      const [own] = view.regions;
      return view.rooms?.length === 1 && view.nodes[0]?.seats === 1 && own?.isOpen && view;
    },
    { withinMs: 10_000, everyMs: 100 },
  );
  expect(seen).toMatchObject({
    ownRegionId: 'local',
    capabilities: expect.arrayContaining(['drain-node', 'close-room']),
    regions: [{ regionId: 'local', position: null, isOpen: true, isUnreachable: false }],
    nodes: [{ regionId: 'local', state: 'up', rooms: 1, seats: 1 }],
    rooms: [{ regionId: 'local', roomName: 'field', rooms: 1, players: 1 }],
    links: [],
    bots: null,
  });
  expect(seen.regions[0]?.reportAgeMs).toBeLessThan(3_000);
  await room.leave();
});

test('[TM-9] the world tells how the links of players are, by name of the room', async () => {
  const client = new Client(node.url);
  client.auth.token = (await node.signIn()).accessToken;
  const room = await client.joinOrCreate('field');
  const links = await eventually(async () => (await world()).rooms?.[0]?.links, {
    ...{ withinMs: 15_000, everyMs: 100 },
  });
  expect(links.rttP50Ms).toBeGreaterThan(0);
  expect(links.rttP95Ms).toBeLessThan(5_000);
  expect(links.levels).toEqual([1, 0, 0, 0, 0]);
  await room.leave();
});

describe('[CN-3] an action is refused', () => {
  test('without the header of the console', async () => {
    const { nodes } = await world();
    const drain = { action: 'drain-node', nodeId: nodes[0]?.nodeId };
    const answer = await ask(ACTIONS_PATH, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify(drain),
    });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain(ACTION_HEADER);
    expect((await world()).nodes[0]?.state).toBe('up');
  });

  test.each<[string, unknown]>([
    ['that is none', { action: 'explode' }],
    ['without its node', { action: 'drain-node' }],
    ['of a strange node', { action: 'drain-node', nodeId: '../..' }],
    ['with more than it has', { action: 'drain-node', nodeId: 'a', force: true }],
    ['that a node cannot do', { action: 'kill-node', nodeId: 'a' }],
    ['of more bots than there are', { action: 'bots', count: 1_001 }],
    ['of no JSON object', 7],
  ])('%s', async (_, action) => {
    const { status, text } = await post(action);
    expect(status).toBe(400);
    expect(JSON.parse(text).error.code).toBe('BAD_REQUEST');
  });

  test('of a node that is not there', async () => {
    const { status, text } = await post({ action: 'drain-node', nodeId: 'nobody' });
    expect(status).toBe(404);
    expect(JSON.parse(text).error.code).toBe('NODE_UNKNOWN');
  });
});

test('[CN-3] a node is drained', async () => {
  const nodeId = (await world()).nodes[0]?.nodeId;
  const { status, text } = await post({ action: 'drain-node', nodeId });
  expect(status).toBe(200);
  expect(JSON.parse(text).done).toContain('drains');
  expect((await world()).nodes[0]?.state).toBe('draining');
});
