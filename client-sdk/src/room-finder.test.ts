import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HandDrivenTime } from '../../test/support/hand-driven-time.ts';
import type { FetchFunction } from './http-json.ts';
import { KnownNodes } from './known-nodes.ts';
import { type RoomAnswer, RoomFinder } from './room-finder.ts';

let time: HandDrivenTime;
beforeEach(() => {
  time = new HandDrivenTime();
});
afterEach(() => time[Symbol.dispose]());

type Behaviour = { readonly status: number; readonly body: unknown } | 'silent' | 'refuses';

const running = (publicAddress: string | null): Behaviour => ({
  status: 200,
  body: { state: 'running', roomId: 'r', processId: 'p', publicAddress, nodes: ['a:1', 'd:4'] },
});

/** Nodes by address. */
function behaving(
  behaviours: Readonly<Record<string, Behaviour>>,
  onAsked: (url: string, signal: AbortSignal) => void,
): FetchFunction {
  return (url, { signal }) => {
    onAsked(url, signal);
    const behaviour = behaviours[new URL(url).host];
    if (behaviour === undefined || behaviour === 'silent') return new Promise(() => {});
    if (behaviour === 'refuses') return Promise.reject(new TypeError('fetch failed'));
    const { status, body } = behaviour;
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return Promise.resolve({ ok: status < 400, status, text: () => Promise.resolve(text) });
  };
}

/** A region whose nodes behave as told; `order` is that in which a random 0 < 1 < 2 … puts them. */
function region(behaviours: Readonly<Record<string, Behaviour>>, lost: string) {
  const asked: { readonly url: string; readonly atMs: number; readonly signal: AbortSignal }[] = [];
  const fetch = behaving(behaviours, (url, signal) => {
    asked.push({ url, atMs: time.nowMs - 10_000, signal });
  });
  const nodes = new KnownNodes('http://a:1');
  nodes.learn(Object.keys(behaviours));
  let rank = 0;
  const finder = new RoomFinder({ nodes, fetch, random: () => rank++ });
  const answers: RoomAnswer[] = [];
  void finder.ask('r', { processId: 'q', address: lost }).then((answer) => answers.push(answer));
  const askedNodes = () => asked.map(({ url, atMs }) => `${new URL(url).host} at ${atMs}`);
  return { asked, askedNodes, answers, nodes };
}

/** Lets promises that wait for nothing run. */
async function turns(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

test('[SV-40] the lost node is asked last, a silent one for 300 ms alone, a refusing one for no time', async () => {
  const { askedNodes, answers, asked } = region(
    { 'a:1': 'silent', 'b:2': 'silent', 'c:3': 'refuses', 'd:4': running('d:4') },
    'a:1',
  );
  await turns();
  time.advance(299);
  await turns();
  expect(askedNodes()).toEqual(['b:2 at 0']);
  time.advance(1);
  await turns();
  expect(askedNodes()).toEqual(['b:2 at 0', 'c:3 at 300', 'd:4 at 300']);
  expect(answers).toEqual([{ kind: 'running', processId: 'p', address: 'd:4' }]);
  expect(asked[0]?.signal.aborted, 'nobody waits for the others').toBe(true);
  expect(time.pendingTimers).toBe(0);
});

test('[SV-40] an answer of the silent node still counts, and nobody is waited for longer than two seconds', async () => {
  const { askedNodes, answers } = region({ 'a:1': 'silent', 'b:2': 'silent' }, 'b:2');
  time.advance(1_999);
  await turns();
  expect(askedNodes()).toEqual(['a:1 at 0', 'b:2 at 300']);
  expect(answers).toEqual([]);
  time.advance(1);
  await turns();
  expect(answers).toEqual([{ kind: 'silent' }]);
});

test('[SV-40] what an answer says of the nodes is known from then on, besides the endpoint', async () => {
  const { nodes } = region({ 'a:1': running(null), 'b:2': 'silent' }, 'b:2');
  await turns();
  expect(nodes.inRandomOrder(Math.random, { last: 'b:2' }).toSorted()).toEqual([
    'a:1',
    'b:2',
    'd:4',
  ]);
});

test.each<{ says: string; behaviour: Behaviour; answer: RoomAnswer }>([
  {
    says: 'no address: the one that was asked',
    behaviour: running(null),
    answer: { kind: 'running', processId: 'p', address: 'a:1' },
  },
  {
    says: 'recovering',
    behaviour: { status: 200, body: { state: 'recovering', retryAfterMs: 400, nodes: [] } },
    answer: { kind: 'recovering', retryAfterMs: 400 },
  },
  {
    says: 'lost, with a reason',
    behaviour: { status: 410, body: { error: { code: 'ROOM_LOST', message: 'Both nodes died.' } } },
    answer: { kind: 'lost', reason: 'Both nodes died.' },
  },
  {
    says: 'no such route',
    behaviour: { status: 404, body: 'Cannot GET /v1/rooms/r' },
    answer: { kind: 'unknown', hasEnded: false },
  },
  {
    says: 'no such room',
    behaviour: { status: 404, body: { error: { code: 'ROOM_UNKNOWN', message: 'No such room.' } } },
    answer: { kind: 'unknown', hasEnded: true },
  },
  {
    says: 'that its directory is away',
    behaviour: { status: 503, body: { error: { code: 'DIRECTORY_UNAVAILABLE' } } },
    answer: { kind: 'silent' },
  },
  {
    says: 'a page that is no JSON',
    behaviour: { status: 200, body: '<html>' },
    answer: { kind: 'silent' },
  },
])('[SV-40] a node says $says', async ({ behaviour, answer }) => {
  const { answers } = region({ 'a:1': behaviour }, 'a:1');
  await turns();
  expect(answers).toEqual([answer]);
});

describe('[EV-10] a room whose region may be lost', () => {
  const HERE = 'http://a:1';
  const there: RoomAnswer = { kind: 'running', processId: 'p', address: 'z:9' };

  async function seek(
    own: Behaviour,
    refuge: Behaviour,
    { isLate }: { readonly isLate: boolean },
  ): Promise<{ readonly answer: RoomAnswer | undefined; readonly asked: readonly string[] }> {
    const asked: string[] = [];
    const fetch = behaving({ 'a:1': own, 'z:9': refuge }, (url) => asked.push(new URL(url).host));
    const nodes = new KnownNodes(HERE);
    nodes.learnRefuge('z:9/');
    const finder = new RoomFinder({ nodes, fetch, random: () => 0 });
    const answers: RoomAnswer[] = [];
    const lost = { processId: 'q', address: 'a:1' };
    void finder.seek('r', lost, { isLate }).then((answer) => answers.push(answer));
    await turns();
    time.advance(3_000);
    await turns();
    return { answer: answers[0], asked };
  }

  const unknown: Behaviour = { status: 404, body: '' };

  test('is not asked for elsewhere while the region knows it and the outage is young', async () => {
    const { answer, asked } = await seek(running('a:1'), running('z:9'), { isLate: false });
    expect(answer).toMatchObject({ address: 'a:1' });
    expect(asked).toEqual(['a:1']);
  });

  test('is where its region does not know it any more', async () => {
    expect((await seek(unknown, running('z:9'), { isLate: false })).answer).toEqual(there);
  });

  test.each<{ own: Behaviour }>([
    { own: 'refuses' },
    { own: 'silent' },
    // It has not noticed yet.
    { own: running('a:1') },
  ])(
    'is looked for in both when the outage lasts, and the refuge is right: $own',
    async ({ own }) => {
      expect((await seek(own, running('z:9'), { isLate: true })).answer).toEqual(there);
    },
  );

  test('is asked for there twice a second while its region is silent', async () => {
    const behaviours: Record<string, Behaviour> = { 'a:1': 'silent', 'z:9': unknown };
    const askedAtMs: number[] = [];
    const fetch: FetchFunction = (url, init) => {
      if (new URL(url).host === 'z:9') askedAtMs.push(time.nowMs - 10_000);
      return behaving(behaviours, () => {})(url, init);
    };
    const nodes = new KnownNodes(HERE);
    nodes.learnRefuge('z:9/');
    const finder = new RoomFinder({ nodes, fetch, random: () => 0 });
    const answers: RoomAnswer[] = [];
    const lost = { processId: 'q', address: 'a:1' };
    void finder.seek('r', lost, { isLate: true }).then((answer) => answers.push(answer));
    await turns();
    behaviours['z:9'] = running('z:9');
    time.advance(499);
    await turns();
    expect(answers).toEqual([]);
    time.advance(1);
    await turns();
    expect(answers).toEqual([there]);
    expect(askedAtMs).toEqual([0, 500]);
  });

  test.each<Behaviour>(['refuses', 'silent', unknown])(
    'is where its region says when the refuge does not have it: %o',
    async (refuge) => {
      const { answer } = await seek(running('a:1'), refuge, { isLate: true });
      expect(answer).toMatchObject({ kind: 'running', address: 'a:1' });
    },
  );
});
