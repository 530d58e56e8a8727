import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { RegionListing } from '../../src/protocol/index.ts';
import { HandDrivenTime } from '../../test/support/hand-driven-time.ts';
import { MeridianError } from './meridian-error.ts';
import { type RegionLatency, RegionsApi } from './regions-api.ts';
import type { TextSocket } from './text-socket.ts';

const MINUTE_MS = 60_000;

let time: HandDrivenTime;
beforeEach(() => {
  time = new HandDrivenTime();
});
afterEach(() => {
  vi.unstubAllGlobals();
  time[Symbol.dispose]();
});

const turns = async () => {
  for (let i = 0; i < 50; i++) await Promise.resolve();
};

/** A region's end of a probe: answers after `rttMs`, and signs with whose token it was asked; null never opens. */
class FakeRegionSocket implements TextSocket {
  onopen: TextSocket['onopen'] = null;
  onmessage: TextSocket['onmessage'] = null;
  onerror: TextSocket['onerror'] = null;
  onclose: TextSocket['onclose'] = null;
  readonly #rttMs: number;
  #echoes = 0;
  #accessToken = 'nobody';

  constructor(rttMs: number | null) {
    this.#rttMs = rttMs ?? 0;
    if (rttMs === null) return;
    setTimeout(() => {
      this.onopen?.();
      this.#say({ nonce: 'n' });
    }, rttMs);
  }

  send(text: string): void {
    const { accessToken } = JSON.parse(text) as { accessToken?: string };
    this.#accessToken = accessToken ?? this.#accessToken;
    this.#echoes += 1;
    const isLast = this.#echoes === 5;
    setTimeout(() => {
      this.#say({ nonce: 'n' });
      if (isLast) this.#say({ certificate: { token: `signed for ${this.#accessToken}` } });
    }, this.#rttMs);
  }

  close(): void {}

  #say(reply: unknown): void {
    this.onmessage?.({ data: JSON.stringify(reply) });
  }
}

function setUp(rtts: Readonly<Record<string, number | null>> = { us: 90, eu: 20, asia: null }) {
  const world = { rtts, accessToken: null as string | null, playerId: null as string | null };
  const opened: string[] = [];
  const request = vi.fn(async () => ({
    ownRegionId: 'eu',
    regions: Object.keys(rtts).map(
      (regionId): RegionListing => ({
        ...{ regionId, name: regionId, url: null, position: null, isOpen: true, loadRatio: 0 },
        probeUrl: regionId === 'eu' ? null : `wss://${regionId}/v1/probe`,
      }),
    ),
  }));
  const api = new RegionsApi({
    http: { request: request as never, baseUrl: 'https://eu' },
    session: {
      accessToken: async () => world.accessToken,
      get tokens() {
        return world.playerId === null ? null : ({ playerId: world.playerId } as never);
      },
    },
    openSocket: (url) => {
      opened.push(url);
      return new FakeRegionSocket(world.rtts[new URL(url).host] ?? null);
    },
    nowMs: () => time.nowMs,
  });
  const heard: (readonly RegionLatency[])[] = [];
  api.onLatencies((latencies) => heard.push(latencies));
  /** Lets a probe that is under way come to its end. */
  const settle = async () => {
    await turns();
    for (let i = 0; i < 40; i++) {
      time.advance(50);
      await turns();
    }
  };
  return { api, world, opened, request, heard, settle };
}

/** A page and its network, as a browser has them. */
function stubHost() {
  const events = new Map<string, () => void>();
  const remember = (type: string, listener: () => void) => void events.set(type, listener);
  const forget = (type: string) => void events.delete(type);
  const target = { addEventListener: remember, removeEventListener: forget };
  const document = { visibilityState: 'visible', ...target };
  vi.stubGlobal('document', document);
  vi.stubGlobal('navigator', { connection: target });
  vi.stubGlobal('addEventListener', remember);
  vi.stubGlobal('removeEventListener', forget);
  return { document, events, emit: (type: string) => events.get(type)?.() };
}

describe('[RG-15] latencies', () => {
  test('are those of all regions at once, the nearest first; who was not reached is left out', async () => {
    const { api, opened, settle, heard } = setUp();
    const startedAtMs = time.nowMs;
    const probing = api
      .probe()
      .then((all) => ({ latencies: all, tookMs: time.nowMs - startedAtMs }));
    await turns();
    expect(opened).toEqual(['wss://us/v1/probe', 'wss://eu/v1/probe', 'wss://asia/v1/probe']);
    await settle();
    const { latencies, tookMs } = await probing;
    const figures = { jitterMs: 0, lossRatio: 0, token: 'signed for nobody' };
    expect(latencies).toEqual([
      { regionId: 'eu', rttMs: 20, ...figures },
      { regionId: 'us', rttMs: 90, ...figures },
    ]);
    expect(tookMs, 'the silent one').toBe(1_500);
    expect(heard).toEqual([latencies]);
  });

  test('are kept for ten minutes, and one probe serves all who ask meanwhile', async () => {
    const { api, request, settle } = setUp();
    const both = Promise.all([api.latencies(), api.latencies(), api.probe()]);
    await settle();
    const [first, second] = await both;
    expect(second).toBe(first);
    api.stop();
    time.advance(9 * MINUTE_MS);
    expect(await api.latencies()).toBe(first);
    expect(request).toHaveBeenCalledTimes(1);
    time.advance(MINUTE_MS);
    const again = api.latencies();
    await settle();
    expect(await again).toEqual(first);
    expect(request).toHaveBeenCalledTimes(2);
  });

  test('are taken anew in the background every ten minutes, until it is stopped', async () => {
    const { api, heard, settle } = setUp();
    void api.latencies();
    await settle();
    for (let rounds = 2; rounds <= 4; rounds++) {
      time.advance(10 * MINUTE_MS);
      await settle();
      expect(heard).toHaveLength(rounds);
    }
    api.stop();
    time.advance(60 * MINUTE_MS);
    await settle();
    expect(heard).toHaveLength(4);
    void api.probe();
    await turns();
    api.stop();
    await settle();
    expect(heard, 'what is under way is heard').toHaveLength(5);
    expect(time.pendingTimers).toBe(0);
  });

  test('are in the name of who is signed in: whoever signs in gets his own', async () => {
    const { api, world, settle } = setUp();
    void api.latencies();
    await settle();
    world.playerId = 'p_1';
    world.accessToken = 'mine';
    const own = api.latencies();
    await settle();
    expect((await own).map(({ token }) => token)).toEqual(['signed for mine', 'signed for mine']);
    expect(await api.latencies()).toBe(await own);
  });

  test('of no region at all are not kept', async () => {
    const { api, world, settle } = setUp();
    const { rtts } = world;
    world.rtts = {};
    const none = api.latencies();
    await settle();
    expect(await none).toEqual([]);
    world.rtts = rtts;
    const some = api.latencies();
    await settle();
    expect(await some).toHaveLength(2);
  });

  test('without a list of regions fail with its reason, and the background tries again', async () => {
    const { api, request, heard, settle } = setUp();
    const failure = new MeridianError({ code: 'NETWORK', message: '…', retryable: true });
    request.mockRejectedValueOnce(failure).mockRejectedValueOnce(failure);
    await expect(api.latencies()).rejects.toBe(failure);
    time.advance(10 * MINUTE_MS);
    await settle();
    expect(heard).toEqual([]);
    time.advance(10 * MINUTE_MS);
    await settle();
    expect(heard).toHaveLength(1);
  });
});

describe('[RG-15] in a browser', () => {
  test('the network’s return is reason to measure at once', async () => {
    const { emit } = stubHost();
    const { api, heard, settle } = setUp();
    void api.latencies();
    await settle();
    emit('online');
    await settle();
    expect(heard).toHaveLength(2);
  });

  test('a change of the connection is, twice a minute at most', async () => {
    const { emit } = stubHost();
    const { api, heard, settle } = setUp();
    void api.latencies();
    await settle();
    emit('change');
    await settle();
    expect(heard).toHaveLength(1);
    time.advance(30_000);
    emit('change');
    await settle();
    emit('change');
    await settle();
    expect(heard).toHaveLength(2);
  });

  test('what was measured while the network changed is not kept', async () => {
    const { emit } = stubHost();
    const { api, request, heard, settle } = setUp();
    void api.latencies();
    await turns();
    emit('online');
    await settle();
    await settle();
    expect(request).toHaveBeenCalledTimes(2);
    expect(heard).toHaveLength(1);
  });

  test('a hidden page waits until somebody looks at it', async () => {
    const { document, emit } = stubHost();
    const { api, heard, settle } = setUp();
    void api.latencies();
    await settle();
    document.visibilityState = 'hidden';
    time.advance(25 * MINUTE_MS);
    await settle();
    expect(heard).toHaveLength(1);
    document.visibilityState = 'visible';
    emit('visibilitychange');
    await settle();
    expect(heard).toHaveLength(2);
  });

  test('nothing is listened to before the first question, nor after stop()', async () => {
    const { events } = stubHost();
    const { api, settle } = setUp();
    expect(events.size).toBe(0);
    void api.latencies();
    await settle();
    expect([...events.keys()].sort()).toEqual(['change', 'online', 'visibilitychange']);
    api.stop();
    expect(events.size).toBe(0);
  });
});
