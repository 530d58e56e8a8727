import { expect, test } from 'vitest';
import type { Peer, PeerAnswer } from '../peers/ask-peer.ts';
import { type LeaseEvent, LeaseKeeper, type Renewal } from './lease-keeper.ts';
import { LeaseMemory } from './lease-memory.ts';
import { cutOffAfterMs, graceMs } from './lease-rules.ts';

const TIMES = { ttlMs: 1_000, renewMs: 200, outageMaxMs: 60_000 };
/** Our lease ends this long after its renewal was sent. */
const HELD_MS = 950;
const START_MS = 10_000;

/** A node whose Redis, peers and clock are the test's. */
class Node {
  readonly clock = { nowMs: START_MS, monotonicMs: () => this.clock.nowMs, wallMs: () => 0 };
  readonly memory = new LeaseMemory();
  readonly events: LeaseEvent['kind'][] = [];
  /** What Redis answers; null: nothing, at once. */
  redis: Renewal | null = { kind: 'renewed', serverMs: 0, isNew: false };
  /** How long it takes for it. */
  redisTakesMs = 0;
  peers: Readonly<Record<string, PeerAnswer>> = {};
  peersTakeMs = 0;
  readonly keeper = new LeaseKeeper(
    {
      clock: this.clock,
      memory: this.memory,
      renew: async () => {
        this.clock.nowMs += this.redisTakesMs;
        if (this.redis === null) throw new Error('away');
        return this.redis;
      },
      peers: () => Object.keys(this.peers).map((nodeId) => ({ nodeId, peerAddress: '' })),
      askPeer: async ({ nodeId }: Peer) => {
        this.clock.nowMs += this.peersTakeMs;
        return this.peers[nodeId] ?? { kind: 'silent' };
      },
      onEvent: ({ kind }) => this.events.push(kind),
    },
    TIMES,
  );

  get isHeld(): boolean {
    return this.memory.isHeld(this.clock.nowMs);
  }

  get steadyForMs(): number {
    return this.memory.steadyForMs(this.clock.nowMs, cutOffAfterMs(TIMES));
  }

  /** Lives for `forMs` as the worker does: a look every 100 ms, a renewal every 200 ms. @returns whether it was held throughout */
  async live(forMs: number): Promise<boolean> {
    let wasHeld = true;
    for (const untilMs = this.clock.nowMs + forMs; this.clock.nowMs < untilMs; ) {
      await this.keeper.vote();
      if (this.clock.nowMs % 200 === 0) await this.keeper.renew();
      this.clock.nowMs += 100;
      wasHeld &&= this.isHeld;
    }
    return wasHeld;
  }
}

const CUT_OFF: PeerAnswer = { kind: 'alive', sinceRenewedMs: 600 };
const WELL: PeerAnswer = { kind: 'alive', sinceRenewedMs: 100 };

test('[CL-1] a lease ends by our own clock, counted from when the renewal was sent', async () => {
  const node = new Node();
  node.redisTakesMs = 400;
  await node.keeper.renew();
  expect(node.isHeld).toBe(true);
  node.clock.nowMs = START_MS + HELD_MS - 1;
  expect(node.isHeld).toBe(true);
  node.clock.nowMs = START_MS + HELD_MS;
  expect(node.isHeld).toBe(false);
  expect(HELD_MS).toBeLessThan(TIMES.ttlMs);
});

test('[CL-1] an answer that comes after its lease would have ended gives nothing', async () => {
  const node = new Node();
  node.redisTakesMs = HELD_MS;
  await node.keeper.renew();
  expect(node.isHeld).toBe(false);
});

test('[CL-4] what was declared dead holds nothing, at once and for good', async () => {
  const node = new Node();
  await node.keeper.renew();
  node.redis = { kind: 'dead' };
  await node.keeper.renew();
  expect(node.isHeld).toBe(false);
  node.redis = { kind: 'renewed', serverMs: 0, isNew: true };
  await node.keeper.renew();
  expect(node.isHeld).toBe(false);
  expect(node.events).toEqual(['renewed', 'dead']);
});

test.each([
  { others: {}, isHeld: true, why: 'alone, it is the majority' },
  { others: { a: CUT_OFF }, isHeld: true, why: 'both of two' },
  { others: { a: WELL }, isHeld: false, why: 'the other reaches Redis' },
  { others: { a: { kind: 'silent' } }, isHeld: false, why: 'nobody knows of the other' },
  { others: { a: { kind: 'gone' } }, isHeld: true, why: 'the other is gone' },
  { others: { a: CUT_OFF, b: { kind: 'silent' } }, isHeld: true, why: 'two of three' },
  { others: { a: CUT_OFF, b: WELL, c: WELL }, isHeld: false, why: 'two of four' },
] as const)('[CL-8] Redis is away, $why: plays on: $isHeld', async ({ others, isHeld }) => {
  const node = new Node();
  node.peers = others;
  await node.live(400);
  node.redis = null;
  expect(await node.live(10_000)).toBe(isHeld);
  expect(node.events).toContain('voted');
});

test('[CL-8] no vote is asked while Redis is only slow, or before anything was held', async () => {
  const node = new Node();
  node.redis = null;
  await node.live(2_000);
  node.redis = { kind: 'renewed', serverMs: 0, isNew: true };
  node.redisTakesMs = 100;
  expect(await node.live(2_000)).toBe(true);
  expect(node.events).not.toContain('voted');
});

test('[CL-8] a vote extends, it does not revive: what has lapsed waits for Redis', async () => {
  const node = new Node();
  node.peers = { a: WELL };
  await node.live(400);
  node.redis = null;
  expect(await node.live(2_000)).toBe(false);
  node.peers = { a: CUT_OFF };
  await node.live(2_000);
  expect(node.isHeld).toBe(false);
  node.redis = { kind: 'renewed', serverMs: 0, isNew: true };
  await node.live(200);
  expect(node.isHeld).toBe(true);
});

test('[CL-8] an answer that comes too late holds nothing', async () => {
  const node = new Node();
  node.peers = { a: CUT_OFF };
  await node.live(400);
  node.redis = null;
  node.peersTakeMs = 600;
  expect(await node.live(1_300)).toBe(false);
  expect(node.isHeld).toBe(false);
});

test('[CL-8] no vote holds longer than outageMaxMs after the last renewal', async () => {
  const node = new Node();
  await node.live(400);
  const lastRenewalMs = START_MS + 200;
  node.redis = null;
  expect(await node.live(lastRenewalMs + TIMES.outageMaxMs - node.clock.nowMs - 100)).toBe(true);
  node.clock.nowMs = lastRenewalMs + TIMES.outageMaxMs;
  expect(node.isHeld).toBe(false);
});

test('[CL-9] whoever said that it is cut off, missed a renewal, or was forgotten by Redis begins its grace anew', async () => {
  const node = new Node();
  await node.live(5_000);
  expect(node.steadyForMs).toBeGreaterThan(graceMs(TIMES));

  node.redis = { kind: 'renewed', serverMs: 0, isNew: true };
  await node.keeper.renew();
  expect(node.steadyForMs).toBe(0);

  node.redis = { kind: 'renewed', serverMs: 0, isNew: false };
  await node.live(5_000);
  expect(node.steadyForMs).toBeGreaterThan(graceMs(TIMES));
  node.clock.nowMs += cutOffAfterMs(TIMES) + 1;
  expect(node.steadyForMs).toBe(0);
  await node.keeper.renew();
  expect(node.steadyForMs).toBe(0);

  await node.live(5_000);
  node.redis = null;
  await node.keeper.renew();
  node.redis = { kind: 'renewed', serverMs: 0, isNew: false };
  await node.keeper.renew();
  expect(node.steadyForMs).toBe(0);
  expect(node.events.filter((kind) => kind === 'redis-back')).toHaveLength(3);
});
