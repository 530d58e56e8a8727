// Methods between services that go on until the caller hangs up.

import { expect, test } from 'vitest';
import { GameError } from '../../src/errors/game-error.ts';
import type { RpcFeed } from '../../src/transport/rpc/rpc-contract.ts';
import { eventually } from '../support/eventually.ts';
import { TcpRelay } from '../support/tcp-relay.ts';
import { TillChannel, type TillFeeds, TillServer } from '../support/till-service.ts';

const SOON = { withinMs: 10_000 };

type Balance = Parameters<Parameters<TillFeeds['follow']>[1]['push']>[0];

/** A till whose callers are known, and counted. */
function openTill() {
  const feeds: RpcFeed<Balance>[] = [];
  const open = new Set<RpcFeed<Balance>>();
  const follow: TillFeeds['follow'] = async (_request, feed) => {
    feeds.push(feed);
    open.add(feed);
    feed.onClose(() => open.delete(feed));
    feed.push({ balance: feeds.length, note: null });
  };
  return { feeds, open, follow };
}

test('[SE-20] a stream brings its items as they are, in order, until the caller hangs up', async () => {
  const { feeds, open, follow } = openTill();
  await using server = await TillServer.start({ follow });
  using channel = new TillChannel(`127.0.0.1:${server.port}`);
  const heard: Balance[] = [];
  const stop = channel.watches.follow({ tillId: 'a' }, (item) => heard.push(item));
  await eventually(() => heard.length === 1, SOON);
  for (let balance = 2; balance <= 50; balance += 1) feeds[0]?.push({ balance, note: '🂡' });
  await eventually(() => heard.length === 50, SOON);
  expect(heard.map(({ balance }) => balance)).toEqual(Array.from(heard, (_, at) => at + 1));
  expect(heard[0]?.note).toBeNull();
  expect(heard[1]?.note).toBe('🂡');
  stop();
  await eventually(() => open.size === 0, SOON);
  expect(feeds.length).toBe(1);
});

test('[SE-20] a stream that breaks is opened again, and its old end is closed', async () => {
  const { feeds, open, follow } = openTill();
  await using server = await TillServer.start({ follow });
  await using relay = await TcpRelay.open(server.port);
  using channel = new TillChannel(`127.0.0.1:${relay.port}`);
  const heard: number[] = [];
  const stop = channel.watches.follow({ tillId: 'a' }, ({ balance }) => heard.push(balance));
  await eventually(() => heard.length === 1, SOON);
  relay.refuse(true);
  relay.cut();
  await eventually(() => open.size === 0, SOON);
  relay.refuse(false);
  await eventually(() => heard.length === 2, SOON);
  expect(feeds.length).toBe(2);
  expect(open.size).toBe(1);
  stop();
  await eventually(() => open.size === 0, SOON);
});

test('[SE-20] a caller that does not keep up is hung up on, and begins anew', async () => {
  const { feeds, open, follow } = openTill();
  await using server = await TillServer.start({ follow });
  using channel = new TillChannel(`127.0.0.1:${server.port}`);
  const heard: number[] = [];
  const stop = channel.watches.follow({ tillId: 'a' }, (item) => heard.push(item.balance));
  await eventually(() => heard.length === 1, SOON);
  const [first] = feeds;
  let isOver = false;
  first?.onClose(() => {
    isOver = true;
  });
  let balance = 1_000;
  while (!isOver && balance < 100_000) {
    first?.push({ balance, note: null });
    balance += 1;
  }
  expect(isOver, 'nobody can have read them meanwhile').toBe(true);
  await eventually(() => heard.at(-1) === 2, SOON);
  // What came of the first was in order, without a gap.
  expect(heard.slice(1, -1)).toEqual(heard.slice(1, -1).map((_, at) => 1_000 + at));
  expect(open.size).toBe(1);
  stop();
});

test('[SE-20] a service that closes ends its streams at once, and the other one is asked', async () => {
  const tills = [openTill(), openTill()] as const;
  await using a = await TillServer.start(tills[0]);
  await using b = await TillServer.start(tills[1]);
  using channel = new TillChannel(`ipv4:127.0.0.1:${a.port},127.0.0.1:${b.port}`);
  const stops = Array.from({ length: 8 }, () => channel.watches.follow({ tillId: 'a' }, () => {}));
  const counts = () => tills.map(({ open }) => open.size);
  await eventually(() => counts().reduce((sum, count) => sum + count) === 8, SOON);
  // Whoever was connected first may have got all of them.
  const closes = counts().findIndex((count) => count > 0);
  await (closes === 0 ? a : b)[Symbol.asyncDispose]();
  await eventually(() => counts()[1 - closes] === 8, SOON);
  expect(counts()[closes]).toBe(0);
  for (const stop of stops) stop();
});

test('[SE-20] what fails at first is tried again, with pauses', async () => {
  let tries = 0;
  await using server = await TillServer.start({
    follow: async (_request, feed) => {
      tries += 1;
      if (tries < 3) throw new GameError('DIRECTORY_UNAVAILABLE');
      feed.push({ balance: tries, note: null });
    },
  });
  using channel = new TillChannel(`127.0.0.1:${server.port}`);
  const heard: number[] = [];
  const stop = channel.watches.follow({ tillId: 'a' }, ({ balance }) => heard.push(balance));
  await eventually(() => heard.length > 0, SOON);
  expect(heard).toEqual([3]);
  stop();
});

test('[SE-2] [SE-3] a stream is checked as a call is', async () => {
  const { feeds, follow } = openTill();
  await using server = await TillServer.start({ follow });
  using channel = new TillChannel(`127.0.0.1:${server.port}`);
  expect(() => channel.watches.follow({ tillId: '' }, () => {})).toThrow(
    expect.objectContaining({ code: 'BAD_REQUEST' }),
  );
  using stranger = new TillChannel(`127.0.0.1:${server.port}`, {
    secret: 'another secret of thirty-two characters',
  });
  const heard: Balance[] = [];
  const stops = [
    stranger.watches.follow({ tillId: 'a' }, (item) => heard.push(item)),
    channel.watches.follow({ tillId: 'a' }, () => {}),
  ];
  await eventually(() => feeds.length === 1, SOON);
  feeds[0]?.push({ balance: 0.5, note: null });
  await eventually(() => feeds.length === 2, SOON);
  expect(heard).toEqual([]);
  for (const stop of stops) stop();
});

test('[SE-19] why a stream failed is in the log of its service, whoever ended it', async () => {
  const lines: string[] = [];
  const cause = new Error('the disk is on fire');
  const ways: TillFeeds['follow'][] = [
    () => Promise.reject(cause),
    () => Promise.reject(new GameError('DIRECTORY_UNAVAILABLE', {}, { cause })),
    async (_request, feed) => feed.push({ balance: 0.5, note: null }),
    // Refusals: told to thousands when there are thousands.
    () => Promise.reject(new GameError('CREDENTIALS_WRONG')),
    () => Promise.reject(new GameError('QUEUE_FULL')),
  ];
  let tries = 0;
  await using server = await TillServer.start(
    {
      follow: async (request, feed) => {
        tries += 1;
        await ways[tries - 1]?.(request, feed);
        if (tries > ways.length) feed.push({ balance: 1, note: null });
      },
    },
    { logged: (line) => lines.push(line) },
  );
  using channel = new TillChannel(`127.0.0.1:${server.port}`);
  const heard: Balance[] = [];
  const stop = channel.watches.follow({ tillId: 'a' }, (item) => heard.push(item));
  await eventually(() => heard.length > 0, SOON);
  stop();
  const failed = (text: string) =>
    expect.objectContaining({
      method: 'TillService/Follow',
      err: expect.objectContaining({ message: expect.stringContaining(text) }),
    });
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    failed('on fire'),
    failed('on fire'),
    failed('Something went wrong'),
  ]);
});
