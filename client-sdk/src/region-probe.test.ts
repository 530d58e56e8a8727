import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ProbeCertificate } from '../../src/protocol/index.ts';
import { HandDrivenTime } from '../../test/support/hand-driven-time.ts';
import { type ProbeResult, probeRegion } from './region-probe.ts';
import type { TextSocket } from './text-socket.ts';

let time: HandDrivenTime;
beforeEach(() => {
  time = new HandDrivenTime();
});
afterEach(() => time[Symbol.dispose]());

const certificate: ProbeCertificate = {
  ...{ regionId: 'eu', rttMs: 1, jitterMs: 0, samples: 5, token: 'signed', expiresAtMs: 9 },
};

class FakeSocket implements TextSocket {
  onopen: TextSocket['onopen'] = null;
  onmessage: TextSocket['onmessage'] = null;
  onerror: TextSocket['onerror'] = null;
  onclose: TextSocket['onclose'] = null;
  readonly said: Record<string, unknown>[] = [];
  isClosed = false;

  send(text: string): void {
    this.said.push(JSON.parse(text) as Record<string, unknown>);
  }

  close(): void {
    this.isClosed = true;
  }

  hear(reply: unknown): void {
    this.onmessage?.({ data: typeof reply === 'string' ? reply : JSON.stringify(reply) });
  }

  /** The region's next nonce, so long after the last. */
  nonceAfter(ms: number): void {
    time.advance(ms);
    this.hear({ nonce: `n${this.said.length}` });
  }
}

function probe(accessToken: string | null = null) {
  const socket = new FakeSocket();
  const results: (ProbeResult | null)[] = [];
  const openSocket = (url: string) => {
    expect(url).toBe('ws://eu/v1/probe');
    return socket;
  };
  void probeRegion(
    { probeUrl: 'ws://eu/v1/probe', accessToken },
    { openSocket, nowMs: () => time.nowMs },
  ).then((result) => results.push(result));
  return { socket, results };
}

const turns = async () => {
  for (let i = 0; i < 10; i++) await Promise.resolve();
};

describe('[RG-14] the way to a region', () => {
  test('is the fastest of five round trips on the open socket, set-up not counted', async () => {
    const { socket, results } = probe('mine');
    time.advance(900);
    socket.onopen?.();
    socket.nonceAfter(300);
    for (const rttMs of [40, 31, 35, 90, 33]) socket.nonceAfter(rttMs);
    socket.hear({ certificate });
    await turns();
    expect(results).toEqual([{ rttMs: 31, jitterMs: 59, lossRatio: 0, certificate }]);
    expect(socket.said).toEqual([
      { nonce: 'n0', accessToken: 'mine' },
      ...[1, 2, 3, 4].map((i) => ({ nonce: `n${i}` })),
    ]);
    expect(socket.isClosed).toBe(true);
    expect(time.pendingTimers).toBe(0);
  });

  test('counts as lost what takes more than 400 ms', async () => {
    const { socket, results } = probe();
    socket.onopen?.();
    socket.nonceAfter(0);
    for (const rttMs of [50, 401, 52, 53, 54]) socket.nonceAfter(rttMs);
    socket.hear({ certificate });
    await turns();
    expect(results).toEqual([{ rttMs: 50, jitterMs: 4, lossRatio: 0.2, certificate }]);
  });

  test('is what was measured when a second and a half are over: a ping under way for long is lost, a young one is not', async () => {
    const { socket: stuck, results: lossy } = probe();
    stuck.onopen?.();
    stuck.nonceAfter(0);
    stuck.nonceAfter(50);
    time.advance(1_450);
    await turns();
    expect(lossy).toEqual([{ rttMs: 50, jitterMs: 0, lossRatio: 0.5, certificate: null }]);

    const { socket: far, results } = probe();
    far.onopen?.();
    far.nonceAfter(200);
    for (const rttMs of [390, 390, 390]) far.nonceAfter(rttMs);
    time.advance(130);
    await turns();
    expect(results).toEqual([{ rttMs: 390, jitterMs: 0, lossRatio: 0, certificate: null }]);
  });

  test('is unknown when the region does not open within a second and a half, breaks, or answers no ping', async () => {
    const { results: silent, socket } = probe();
    time.advance(1_500);
    expect(socket.isClosed).toBe(true);
    const { results: broken, socket: breaking } = probe();
    breaking.onerror?.();
    const { results: mute, socket: opened } = probe();
    opened.onopen?.();
    opened.nonceAfter(0);
    time.advance(1_500);
    await turns();
    expect([silent, broken, mute]).toEqual([[null], [null], [null]]);
    // An error that comes after is heard by somebody.
    expect(() => socket.onerror?.()).not.toThrow();
  });

  test('is known without a certificate when the region refuses one, or ends early', async () => {
    const { socket: refused, results: withoutToken } = probe('of yesterday');
    refused.onopen?.();
    refused.nonceAfter(0);
    for (let i = 0; i < 5; i++) refused.nonceAfter(20);
    refused.hear({ error: { code: 'TOKEN_EXPIRED', message: '…', retryable: false } });
    const { socket: cut, results: early } = probe();
    cut.onopen?.();
    cut.nonceAfter(0);
    cut.nonceAfter(20);
    cut.onclose?.();
    await turns();
    const figures = { rttMs: 20, jitterMs: 0, lossRatio: 0, certificate: null };
    expect([withoutToken, early]).toEqual([[figures], [figures]]);
  });

  test.each(['hello', '7', 'null', { news: 1 }])(
    'ends with a server that says %j',
    async (reply) => {
      const { socket, results } = probe();
      socket.onopen?.();
      socket.hear(reply);
      await turns();
      expect(results).toEqual([null]);
    },
  );

  test('is unknown where the host refuses the socket', async () => {
    const openSocket = () => {
      throw new DOMException('mixed content', 'SecurityError');
    };
    const target = { probeUrl: 'ws://eu/v1/probe', accessToken: null };
    expect(await probeRegion(target, { openSocket, nowMs: () => 0 })).toBeNull();
  });
});
