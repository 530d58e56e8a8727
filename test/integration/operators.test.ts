// Operators of one node: how they get in, what each role may do, and what pages of other sites cannot make them do.

import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashOperatorPassword } from '../../src/admin/operator-password.ts';
import {
  ACTION_HEADER,
  ACTIONS_PATH,
  type AuditEntry,
  OPERATOR_ROLES,
  type OperatorAction,
  type OperatorRole,
  ROLE_OF_ACTION,
  WORLD_PATH,
} from '../../src/protocol/admin.ts';
import { QUESTIONS_PATH } from '../../src/protocol/operator-questions.ts';
import { SESSION_PATH } from '../../src/protocol/operator-session.ts';
import { type MeridianProcess, startMeridian } from '../support/start-meridian.ts';

const PASSWORD = 'correct horse battery';
/** Of each operator, who is called as his role. */
const passwordOf = (role: string) => `the ${role} of this node`;

let node: MeridianProcess;
const cookies: Record<string, string> = {};

beforeAll(async () => {
  const operators = await Promise.all(
    ['viewer', 'operator', 'admin'].map(async (role) => ({
      ...{ name: `${role}-ada`, role },
      passwordHash: await hashOperatorPassword(passwordOf(role)),
    })),
  );
  node = await startMeridian('test/support/field-game.ts', {
    MERIDIAN_ADMIN_PASSWORD: PASSWORD,
    MERIDIAN_ADMIN_OPERATORS: JSON.stringify(operators),
  });
  for (const role of OPERATOR_ROLES) cookies[role] = await cookieOf(role);
});
afterAll(() => node[Symbol.asyncDispose]());

interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Node's own client: `fetch` would not send `Sec-Fetch-Site` and `Origin` as it is told. */
async function ask(path: string, { method = 'GET', headers = {}, body }: Question = {}) {
  return await new Promise<Answer>((resolve, reject) => {
    const json = body === undefined ? {} : { 'content-type': 'application/json' };
    const options = { port: node.adminPort, path, method, headers: { ...json, ...headers } };
    const request = httpRequest(options, async (response) => {
      let text = '';
      for await (const chunk of response) text += String(chunk);
      resolve({ status: response.statusCode, headers: response.headers, text });
    });
    request.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function signIn(name: string, password: string, headers: Readonly<Record<string, string>> = {}) {
  return ask(SESSION_PATH, {
    ...{ method: 'POST', headers: { [ACTION_HEADER]: '1', ...headers } },
    body: { name, password },
  });
}

async function cookieOf(role: OperatorRole): Promise<string> {
  const { status, headers } = await signIn(`${role}-ada`, passwordOf(role));
  expect(status).toBe(200);
  return String(headers['set-cookie']?.[0]).split(';')[0] ?? '';
}

function act(action: unknown, headers: Readonly<Record<string, string>>) {
  return ask(ACTIONS_PATH, {
    ...{ method: 'POST', headers: { [ACTION_HEADER]: '1', ...headers }, body: action },
  });
}

async function audit(): Promise<readonly AuditEntry[]> {
  const { status, text } = await ask(QUESTIONS_PATH, {
    ...{ method: 'POST', headers: { [ACTION_HEADER]: '1', cookie: cookies['viewer'] ?? '' } },
    body: { question: 'audit', regionId: 'local' },
  });
  expect(status).toBe(200);
  return JSON.parse(text).entries;
}

/** Of things that are not there: who may do it is told so. */
const ACTIONS: Readonly<Record<OperatorAction['action'], OperatorAction>> = {
  'drain-node': { action: 'drain-node', nodeId: 'nobody' },
  'kick-client': {
    ...{ action: 'kick-client', regionId: 'local', roomId: 'none', sessionId: 's', reason: 'r' },
  },
  'move-room': { action: 'move-room', regionId: 'local', roomId: 'none', nodeId: null },
  'close-room': { action: 'close-room', regionId: 'local', roomId: 'none', reason: 'r' },
  'kick-player': {
    ...{ action: 'kick-player', regionId: 'local', playerId: `p_${'0'.repeat(20)}`, reason: 'r' },
  },
  'ban-player': {
    ...{ action: 'ban-player', playerId: `p_${'1'.repeat(20)}`, reason: 'r', untilMs: null },
  },
  'lift-ban': { action: 'lift-ban', playerId: `p_${'1'.repeat(20)}` },
  'sign-out-player': { action: 'sign-out-player', playerId: `p_${'1'.repeat(20)}` },
  'start-node': { action: 'start-node', regionId: 'local' },
  'heal-link': { action: 'heal-link', between: ['a', 'b'] },
  'heal-region': { action: 'heal-region', regionId: 'local' },
  bots: { action: 'bots', count: 1 },
  'kill-node': { action: 'kill-node', nodeId: 'nobody' },
  'cut-link': { action: 'cut-link', between: ['a', 'b'] },
  'black-hole': { action: 'black-hole', regionId: 'local' },
  'quarantine-node': { action: 'quarantine-node', nodeId: 'nobody' },
  'release-node': { action: 'release-node', nodeId: 'nobody' },
  // Of a region that is none: these would be done.
  'close-region': { action: 'close-region', regionId: 'none' },
  'open-region': { action: 'open-region', regionId: 'none' },
  'shed-tickets': { action: 'shed-tickets', regionId: 'none' },
  'take-tickets': { action: 'take-tickets', regionId: 'none' },
  'evacuate-region': { action: 'evacuate-region', regionId: 'none' },
  'return-region': { action: 'return-region', regionId: 'none' },
};
const matrix = OPERATOR_ROLES.flatMap((role) =>
  Object.values(ACTIONS).map((action) => ({ role, action, name: action.action })),
);

describe('[CN-41] a role may do this and nothing more', () => {
  test.each(matrix)('$role: $name', async ({ role, action }) => {
    const needed = ROLE_OF_ACTION[action.action];
    const mayDo = OPERATOR_ROLES.indexOf(role) >= OPERATOR_ROLES.indexOf(needed);
    const { status, text } = await act(action, { cookie: cookies[role] ?? '' });
    if (mayDo) expect(status).not.toBe(403);
    else {
      expect(status).toBe(403);
      expect(JSON.parse(text).error.code).toBe('FORBIDDEN');
    }
    const [newest] = await audit();
    expect(newest).toMatchObject({
      ...{ actor: `operator:${role}-ada`, role, action: action.action },
      ...(mayDo ? {} : { outcome: 'refused', reason: expect.stringContaining(needed) }),
    });
  });

  test.each(OPERATOR_ROLES)('%s: the monitor, and the interfaces of before', async (role) => {
    const cookie = cookies[role] ?? '';
    const headers = { cookie, [ACTION_HEADER]: '1' };
    const monitor = await ask('/monitor/api', { headers: { cookie } });
    expect(monitor.status).toBe(role === 'admin' ? 200 : 403);
    const drain = await ask('/admin/v1/nodes/nobody/drain', { method: 'POST', headers });
    expect(drain.status).toBe(role === 'viewer' ? 403 : 404);
    const ban = `/admin/v1/players/p_${'2'.repeat(20)}/ban`;
    const lift = await ask(ban, { method: 'DELETE', headers });
    expect(lift.status).toBe(role === 'viewer' ? 403 : 200);
    expect((await ask(WORLD_PATH, { headers: { cookie } })).status).toBe(200);
    expect((await audit()).slice(0, 3).map((entry) => [entry.actor, entry.action])).toContainEqual([
      `operator:${role}-ada`,
      'lift-ban',
    ]);
  });
});

describe('[CN-40] signing in', () => {
  test('the cookie is for this site and no script; over TLS for TLS only', async () => {
    const plain = await signIn('viewer-ada', passwordOf('viewer'));
    const [cookie] = plain.headers['set-cookie'] ?? [];
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Strict/);
    expect(cookie).not.toMatch(/Secure/);
    expect(JSON.parse(plain.text)).toMatchObject({ name: 'viewer-ada', role: 'viewer' });
    expect(plain.text).not.toContain(String(cookie).split(/[=;]/)[1]);
    const tls = await signIn('viewer-ada', passwordOf('viewer'), { 'x-forwarded-proto': 'https' });
    expect(tls.headers['set-cookie']?.[0]).toMatch(/Secure/);
  });

  test('with the password of the configuration one is the admin called operator', async () => {
    const { status, text } = await signIn('operator', PASSWORD);
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({ name: 'operator', role: 'admin' });
  });

  test('[CN-43] out means out, for the same cookie, too', async () => {
    const cookie = await cookieOf('admin');
    expect((await ask(WORLD_PATH, { headers: { cookie } })).status).toBe(200);
    const headers = { cookie, [ACTION_HEADER]: '1' };
    expect((await ask(SESSION_PATH, { method: 'DELETE', headers })).status).toBe(204);
    expect((await ask(WORLD_PATH, { headers: { cookie } })).status).toBe(401);
    expect((await ask('/admin/', { headers: { cookie } })).status).toBe(401);
  });

  test('who is nobody gets the page where he signs in, and no dialog of the browser from a page', async () => {
    const door = await ask('/admin/');
    expect(door.status).toBe(401);
    expect(door.text).toContain('id="sign-in"');
    expect(door.headers['www-authenticate']).toBeUndefined();
    const call = await ask(WORLD_PATH, { headers: { [ACTION_HEADER]: '1' } });
    expect([call.status, call.headers['www-authenticate']]).toEqual([401, undefined]);
    expect((await ask(WORLD_PATH)).headers['www-authenticate']).toMatch(/^Basic/);
    const forged = { cookie: `meridian-console=${'a'.repeat(43)}` };
    expect((await ask(WORLD_PATH, { headers: forged })).status).toBe(401);
  });

  test('[CN-42] after ten wrong passwords a name waits, from there; another one does not', async () => {
    for (let tries = 0; tries < 10; tries++) {
      expect((await signIn('mallory', 'a wrong password')).status).toBe(401);
    }
    const limited = await signIn('mallory', 'a wrong password');
    expect(limited.status).toBe(429);
    expect(Number(limited.headers['retry-after'])).toBeGreaterThan(0);
    expect((await signIn('viewer-ada', passwordOf('viewer'))).status).toBe(200);
    const entries = await audit();
    expect(entries).toContainEqual(
      expect.objectContaining({ actor: 'operator:mallory', action: 'sign-in', outcome: 'refused' }),
    );
    expect(JSON.stringify(entries)).not.toContain('a wrong password');
  });
});

describe('[CN-44] a page of another site cannot act', () => {
  const kick = ACTIONS['kick-player'];

  test.each<[string, Readonly<Record<string, string>>]>([
    ['cross-site', { 'sec-fetch-site': 'cross-site' }],
    ['same-site', { 'sec-fetch-site': 'same-site' }],
    ['another origin', { origin: 'https://evil.example' }],
    ['an origin that hides', { origin: 'null' }],
  ])('%s: 403', async (_, headers) => {
    const cookie = cookies['admin'] ?? '';
    const { status } = await act(kick, { cookie, ...headers });
    expect(status).toBe(403);
    expect((await signIn('viewer-ada', passwordOf('viewer'), headers)).status).toBe(403);
    expect((await ask('/monitor/api', { headers: { cookie, ...headers } })).status).toBe(403);
  });

  test('without the header: 400, also of a question, and of the interfaces of before', async () => {
    const headers = { cookie: cookies['admin'] ?? '' };
    const question = { question: 'rooms', regionId: 'local', search: '' };
    const asked = { method: 'POST', headers };
    expect((await ask(ACTIONS_PATH, { ...asked, body: kick })).status).toBe(400);
    expect((await ask(QUESTIONS_PATH, { ...asked, body: question })).status).toBe(400);
    expect((await ask('/admin/v1/nodes/nobody/drain', asked)).status).toBe(400);
    expect((await ask(SESSION_PATH, { ...asked, method: 'DELETE' })).status).toBe(400);
  });

  test('its own origin may', async () => {
    const origin = `http://127.0.0.1:${node.adminPort}`;
    const host = `127.0.0.1:${node.adminPort}`;
    const cookie = cookies['admin'] ?? '';
    const { status } = await act(kick, { cookie, origin, host, 'sec-fetch-site': 'same-origin' });
    expect(status).toBe(200);
  });
});

test('[CN-45] passwords and sessions are nowhere in the log', () => {
  const secrets = [...OPERATOR_ROLES.map(passwordOf), ...Object.values(cookies), PASSWORD];
  for (const secret of secrets) expect(node.output).not.toContain(secret.split('=')[1] ?? secret);
});
