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
  readonly backlogBytes = 0;
  isHidden = false;
  readonly way: Way;
  /** When the line in front of the bottleneck is empty. */
  freeAtMs = 0;
  readonly pings: { readonly stampMs: number; readonly backAtMs: number }[] = [];

  constructor(way: Way) {
    this.way = way;
  }

  ping(nowMs: number): void {
    this.transmit(10, nowMs);
    this.acks.pinged(nowMs);
    const backAtMs = Math.max(
      this.pings.at(-1)?.backAtMs ?? 0,
      this.freeAtMs + this.way.rttMs + (this.way.jitterMs?.() ?? 0),
    );
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
      if (this.nowMs % 1_000 === 333) this.link.ping(this.nowMs);
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
    this.link.transmit(bytes, this.nowMs);
    this.flow.sent(this.nowMs);
  }
}

function quantile(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(share * (values.length - 1))] as number;
}

const WIDE = 1_000_000;
/** Bytes of a level's patch as a share of level 0's: what rooms with interest leave out. */
const PATCH_SHARES = [1, 0.5, 0.6, 0.5, 0.48];

function play(way: Way, demandBytes = 500): Play {
  return new Play(way, (flow) => demandBytes * (PATCH_SHARES[flow.level] as number), demandBytes);
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
      // 32 kbit/s and less: one patch of the last levels takes most of it.
      expect(quantile(settled, 0.95)).toBeLessThan(bytesPerS >= 4_000 ? 100 : 130);
      expect(Math.min(...room.levels.slice(narrowFrom + 5_000))).toBeGreaterThan(0);
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
  // Round trip, deviation, and how many answers a lost segment delays.
  test.each([
    { rttMs: 60, deviationMs: 5, lossRatio: 0.005 },
    { rttMs: 30, deviationMs: 20, lossRatio: 0.02 },
    { rttMs: 160, deviationMs: 35, lossRatio: 0.02 },
    { rttMs: 300, deviationMs: 57, lossRatio: 0.04 },
  ])(
    '$rttMs ± $deviationMs ms, loss $lossRatio: its level stays',
    ({ rttMs, deviationMs, lossRatio }) => {
      const random = mulberry32(7);
      const gauss = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
      const jitterMs = () => {
        const repairMs = random() < lossRatio ? 100 + 1.25 * rttMs : 0;
        return Math.max(-0.6 * rttMs, deviationMs * gauss()) + repairMs;
      };
      const room = play({ rttMs, bytesPerS: WIDE, jitterMs }).run(300);
      const atLevel0 = room.levels.filter((level) => level === 0).length / room.levels.length;
      expect(atLevel0).toBeGreaterThan(0.9);
      expect(room.sentBytes / 300).toBeGreaterThan(8_000);
    },
  );
});
