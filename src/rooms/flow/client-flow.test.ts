import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mulberry32 } from '../../../loadtest/scenarios/random.ts';
import { LinkAcks } from '../../transport/ws/link-acks.ts';
import { ClientFlow, type FlowLink } from './client-flow.ts';

// A client behind a link, played in virtual time: a line in front of a bottleneck, and the way behind it.

const FLUSH_MS = 50;
const LIMITS = {
  sendGateBytes: 64 * 1024,
  sendResumeBytes: 8 * 1024,
  sendHardLimitBytes: 4 * 1024 * 1024,
  sendGateMaxMs: 30_000,
};

interface Way {
  /** Round trip without lines, ms. */
  rttMs: number;
  bytesPerS: number;
  /** Adds to a round trip. */
  jitterMs?: () => number;
}

class SimulatedLink implements FlowLink {
  readonly acks = new LinkAcks();
  backlogBytes = 0;
  isHidden = false;
  readonly way: Way;
  /** When the line in front of the bottleneck is empty. */
  freeAtMs = 0;
  pingedAtMs = Number.NEGATIVE_INFINITY;
  readonly pings: { readonly stampMs: number; backAtMs: number }[] = [];

  constructor(way: Way) {
    this.way = way;
  }

  ping(nowMs: number): void {
    this.transmit(10, nowMs);
    this.acks.pinged(nowMs);
    this.pingedAtMs = nowMs;
    const backAtMs = Math.max(
      this.pings.at(-1)?.backAtMs ?? 0,
      this.freeAtMs + this.way.rttMs + (this.way.jitterMs?.() ?? 0),
    );
    const last = this.pings.at(-1);
    // What leaves in one moment is one packet, and arrives as a whole.
    if (last?.stampMs === nowMs) last.backAtMs = backAtMs;
    this.pings.push({ stampMs: nowMs, backAtMs });
  }

  fill(bytes: number, nowMs: number): void {
    this.transmit(bytes, nowMs);
    this.ping(nowMs);
  }

  transmit(bytes: number, nowMs: number): void {
    this.acks.handed(bytes);
    this.freeAtMs = Math.max(nowMs, this.freeAtMs) + (bytes / this.way.bytesPerS) * 1_000;
  }
}

/** A room of steady patches with one client of it, on a way that changes. */
class Play {
  nowMs = 0;
  readonly link: SimulatedLink;
  readonly flow: ClientFlow;
  readonly patchBytes: (flow: ClientFlow) => number;
  readonly demandBytes: number;
  /** For each ms: how long something that leaves then waits in the line. */
  readonly waits: number[] = [];
  readonly levels: number[] = [];
  sentBytes = 0;

  constructor(way: Way, patchBytes: (flow: ClientFlow) => number, demandBytes: number) {
    this.link = new SimulatedLink(way);
    this.flow = new ClientFlow(this.link, LIMITS, 0);
    this.patchBytes = patchBytes;
    this.demandBytes = demandBytes;
    this.flow.stateLeaves(2_000, 0);
  }

  run(seconds: number): this {
    const untilMs = this.nowMs + seconds * 1_000;
    for (; this.nowMs < untilMs; this.nowMs++) {
      for (let ping = this.link.pings[0]; ping && ping.backAtMs <= this.nowMs; ) {
        this.link.pings.shift();
        const answer = this.link.acks.answered(ping.stampMs, this.nowMs);
        if (answer) this.flow.answered(answer, this.nowMs);
        ping = this.link.pings[0];
      }
      // As the transport does: whom the flow has pinged is not pinged again.
      const sincePingMs = this.nowMs - this.link.pingedAtMs;
      if (this.nowMs % 1_000 === 333 && sincePingMs > 750) this.link.ping(this.nowMs);
      if (this.nowMs % FLUSH_MS === 0) this.#flush();
      this.waits.push(Math.max(0, this.link.freeAtMs - this.nowMs));
      this.levels.push(this.flow.level);
    }
    return this;
  }

  #flush(): void {
    const decision = this.flow.decide(this.nowMs, { everyMs: FLUSH_MS, isPulled: false });
    const bytes = this.patchBytes(this.flow);
    this.flow.offered(this.demandBytes);
    if (decision !== 'patch') return;
    this.sentBytes += bytes;
    const isPinged = this.flow.sending(bytes, this.nowMs);
    this.link.transmit(bytes, this.nowMs);
    if (isPinged) this.link.ping(this.nowMs);
  }
}

function quantile(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(share * (values.length - 1))] as number;
}

const WIDE = 1_000_000;
/** Header and time around a patch. */
const FRAME_BYTES = 13;
/** Bytes of a level's patch as a share of level 0's: what rooms with interest leave out. */
const PATCH_SHARES = [1, 0.5, 0.6, 0.5, 0.48];

function play(way: Way, demandBytes = 500): Play {
  const bytesOf = (flow: ClientFlow) => {
    const bytes = demandBytes * (PATCH_SHARES[flow.level] as number);
    return flow.level === 0 ? bytes : Math.min(bytes, flow.bytesPerPatch + FRAME_BYTES);
  };
  return new Play(way, bytesOf, demandBytes);
}

describe('[FL-1] [FL-2] [FL-4] behind a bottleneck', () => {
  const cases = [20, 80, 300].flatMap((rttMs) =>
    [2_000, 4_000].flatMap((bytesPerS) =>
      [300, 500].map((demandBytes) => ({ rttMs, bytesPerS, demandBytes })),
    ),
  );
  test.each(cases)(
    '$bytesPerS B/s, RTT $rttMs ms, patches of $demandBytes B: a short line, and level 0 within 20 s of release',
    ({ rttMs, bytesPerS, demandBytes }) => {
      const way: Way = { rttMs, bytesPerS: WIDE };
      const room = play(way, demandBytes).run(20);
      expect(Math.max(...room.levels)).toBe(0);
      way.bytesPerS = bytesPerS;
      const narrowFrom = room.nowMs;
      room.run(60);
      // What was sent before the bottleneck showed is on the way.
      const settled = room.waits.slice(narrowFrom + 5_000);
      // A patch takes 75 ms of it.
      expect(quantile(settled, 0.95)).toBeLessThan(90);
      // What takes longest to see: 16 kbit/s, and 300 ms to hear of it.
      expect(Math.min(...room.levels.slice(narrowFrom + 6_000))).toBeGreaterThan(0);
      const releasedAt = room.nowMs;
      way.bytesPerS = WIDE;
      room.run(20);
      expect(room.flow.level).toBe(0);
      expect(room.levels.slice(releasedAt).findLastIndex((level) => level > 0)).toBeLessThan(
        20_000,
      );
    },
  );

  test('the link goes on being used', () => {
    const way: Way = { rttMs: 80, bytesPerS: 4_000 };
    const room = play(way).run(30);
    const before = room.sentBytes;
    room.run(60);
    expect((room.sentBytes - before) / 60 / 4_000).toBeGreaterThan(0.6);
  });
});

describe('[FL-3] on a link that only trembles', () => {
  const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];
  // Round trip, deviation, and how many answers a lost segment delays.
  test.each([
    { rttMs: 60, deviationMs: 5, lossRatio: 0.005 },
    { rttMs: 30, deviationMs: 20, lossRatio: 0.02 },
    { rttMs: 160, deviationMs: 35, lossRatio: 0.02 },
    { rttMs: 300, deviationMs: 57, lossRatio: 0.04 },
  ])(
    '$rttMs ± $deviationMs ms, loss $lossRatio: its level stays',
    ({ rttMs, deviationMs, lossRatio }) => {
      const rooms = SEEDS.map((seed) => {
        const random = mulberry32(seed);
        const gauss = () =>
          Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
        const jitterMs = () => {
          const repairMs = random() < lossRatio ? 100 + 1.25 * rttMs : 0;
          return Math.max(-0.6 * rttMs, deviationMs * gauss()) + repairMs;
        };
        return play({ rttMs, bytesPerS: WIDE, jitterMs }).run(300);
      });
      const levels = rooms.flatMap((room) => room.levels);
      expect(levels.filter((level) => level === 0).length / levels.length).toBeGreaterThan(0.92);
      const sentBytes = rooms.reduce((sum, room) => sum + room.sentBytes, 0);
      expect(sentBytes / rooms.length / 300).toBeGreaterThan(8_500);
    },
  );
});

describe('ClientFlow', () => {
  const PACE = { everyMs: FLUSH_MS, isPulled: false };

  function open(link = new SimulatedLink({ rttMs: 50, bytesPerS: WIDE })) {
    const flow = new ClientFlow(link, LIMITS, 0);
    flow.stateLeaves(1_000, 0);
    return { link, flow };
  }

  test('[FL-6] who answers nothing gets less and less, then nothing, and is let go', () => {
    const { link, flow } = open();
    let sentBytes = 0;
    let atMs = 0;
    for (; flow.decide(atMs, PACE) !== 'evict'; atMs += FLUSH_MS) {
      expect(atMs).toBeLessThan(60_000);
      if (flow.isHolding) flow.keep(new Uint8Array(500));
      else if (flow.decide(atMs, PACE) === 'patch') {
        sentBytes += 500;
        const isPinged = flow.sending(500, atMs);
        link.transmit(500, atMs);
        if (isPinged) link.ping(atMs);
      }
    }
    expect(atMs).toBeGreaterThan(LIMITS.sendGateMaxMs);
    expect(sentBytes).toBeLessThan(10_000);
    // Nor is anything kept that a full state would make up for.
    expect(flow.owes).toBe(false);
  });

  test('[FL-5] what is kept beyond a full state is dropped, and the full state comes first', () => {
    const { flow } = open();
    const decide = (nowMs: number) => flow.decide(nowMs, PACE);
    expect(decide(100)).toBe('patch');
    // The ping of the state has no answer.
    expect(decide(3_000)).toBe('hold');
    flow.keep(new Uint8Array(600));
    expect(flow.owes).toBe(true);
    flow.keep(new Uint8Array(600));
    expect(flow.owes).toBe(false);
    expect(decide(3_050)).toBe('skip');
    flow.answered({ rttMs: 3_060, sentAtMs: 0, ackedBytes: 0 }, 3_060);
    flow.stateLeaves(1_000, 3_100);
    expect(decide(3_150)).not.toBe('skip');
  });

  test('[FL-1] behind an answer that was very late patches leave one at a time', () => {
    const { link, flow } = open();
    const answer = (sentAtMs: number, nowMs: number) => {
      const news = link.acks.answered(sentAtMs, nowMs);
      if (news !== null) flow.answered(news, nowMs);
    };
    const send = (nowMs: number) => {
      expect(flow.decide(nowMs, PACE)).toBe('patch');
      expect(flow.sending(500, nowMs)).toBe(true);
      link.ping(nowMs);
    };
    answer(0, 50);
    link.ping(1_000);
    answer(1_000, 1_500);
    for (const sentAtMs of [1_550, 1_700, 1_850]) {
      send(sentAtMs);
      expect(flow.decide(sentAtMs + 50, PACE)).toBe('hold');
      answer(sentAtMs, sentAtMs + 90);
    }
    // Three were in time.
    send(2_000);
    send(2_050);
  });

  test('[FL-8] what is to come after the next patch takes it along', () => {
    const { flow } = open();
    expect(flow.decide(3_000, PACE)).toBe('hold');
    expect(flow.decide(3_000, { ...PACE, isPulled: true })).toBe('patch');
  });

  test('[FL-2] a hidden page has the last level, at once and as long as it is hidden', () => {
    const { link, flow } = open();
    link.isHidden = true;
    expect(flow.level).toBe(4);
    link.isHidden = false;
    expect(flow.level).toBe(0);
  });

  test('[FL-7] a socket that is full gets no patch, and a full state when it has drained', () => {
    const { link, flow } = open();
    link.acks.answered(0, 50);
    link.backlogBytes = LIMITS.sendGateBytes + 1;
    expect(flow.decide(100, PACE)).toBe('skip');
    link.backlogBytes = LIMITS.sendResumeBytes + 1;
    expect(flow.decide(150, PACE)).toBe('skip');
    link.backlogBytes = 0;
    expect(flow.decide(200, PACE)).toBe('resync');
    link.backlogBytes = LIMITS.sendHardLimitBytes + 1;
    expect(flow.decide(250, PACE)).toBe('evict');
  });
});

describe('[FL-2] the budget, whatever the answers', () => {
  test('stays within its bounds, and so does what a patch may take', () => {
    const step = fc.record({
      afterMs: fc.nat(300),
      rttMs: fc.nat(5_000),
      bytes: fc.nat(5_000),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const link = new SimulatedLink({ rttMs: 50, bytesPerS: WIDE });
        const flow = new ClientFlow(link, LIMITS, 0);
        let nowMs = 0;
        for (const { afterMs, rttMs, bytes } of steps) {
          nowMs += afterMs;
          flow.answered({ rttMs, sentAtMs: nowMs - rttMs, ackedBytes: nowMs }, nowMs);
          link.acks.handed(bytes);
          flow.offered(bytes);
          flow.decide(nowMs, { everyMs: FLUSH_MS, isPulled: false });
          expect(flow.budgetBytesPerS).toBeGreaterThanOrEqual(750);
          expect(flow.budgetBytesPerS).toBeLessThanOrEqual(64_000);
          expect(flow.bytesPerPatch).toBeGreaterThanOrEqual(128);
          expect(flow.bytesPerPatch).toBeLessThanOrEqual(6_400);
          expect([0, 1, 2, 3, 4]).toContain(flow.level);
        }
      }),
    );
  });
});
