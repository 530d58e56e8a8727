// The flow to clients whose links carry less than the room sends, in real time over real sockets.

import { Client, type Room } from '@colyseus/sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Path, steadyPath, WanLink } from '../../loadtest/wan/wan-link.ts';
import type { LinkQuality } from '../../src/protocol/link-quality.ts';
import { encodeLinkReport } from '../../src/protocol/link-report.ts';
import { eventually } from '../support/eventually.ts';
import type { LinkSeen } from '../support/flow-game.ts';
import { type MeridianProcess, startMeridian } from '../support/start-meridian.ts';

const PATIENCE = { withinMs: 20_000 };
/** 32 kbit/s, and a queue of two seconds. */
const NARROW = { bytesPerSecond: 4_000, queueBytes: 8_000 };

interface CrowdSeen {
  readonly ticks: number;
  readonly isMoving: boolean;
  readonly movers?: ReadonlyMap<string, { readonly x: number; readonly y: number }>;
}

const REPORT = encodeLinkReport({
  transport: 'websocket',
  isHidden: false,
  rttP50Ms: null,
  rttP95Ms: null,
  transitQ95Ms: null,
  interpolationDelayMs: null,
  underruns: 0,
  stallMs: 0,
  correctionP95Px: null,
  mispredictions: 0,
  reconciliations: 0,
  framesPerSecond: 60,
  receivedBytes: 0,
  actionP95Ms: null,
});

/** One who plays with Colyseus' own SDK. */
class Player implements Disposable {
  readonly room: Room<unknown, CrowdSeen>;
  /** How long hits took, ms. */
  readonly hitMs: number[] = [];
  readonly qualities: LinkQuality[] = [];
  closeCode: number | null = null;

  private constructor(room: Room<unknown, CrowdSeen>) {
    this.room = room;
    room.onMessage('hit', (sentAtMs: number) => this.hitMs.push(Date.now() - sentAtMs));
    room.onMessage('meridian:quality', (quality: LinkQuality) => this.qualities.push(quality));
    room.onLeave((code) => {
      this.closeCode = code;
    });
    room.reconnection.enabled = false;
  }

  static async join(port: number): Promise<Player> {
    const room = await new Client(`ws://127.0.0.1:${port}`).joinOrCreate<CrowdSeen>('crowd');
    const player = new Player(room as Room<unknown, CrowdSeen>);
    await eventually(() => (room.state.movers?.size ?? 0) > 0, PATIENCE);
    return player;
  }

  get level(): number {
    return this.qualities.at(-1)?.level ?? 0;
  }

  report(): void {
    this.room.connection.send(REPORT);
  }

  /** What the server knows of another one's link; null when he is not there. */
  async look(other: Player): Promise<LinkSeen | null> {
    return await new Promise((resolve) => {
      // A message of null comes without one.
      this.room.onMessage('seen', (seen?: LinkSeen) => resolve(seen ?? null));
      this.room.send('look', other.room.sessionId);
    });
  }

  [Symbol.dispose](): void {
    void this.room.leave();
  }
}

let node: MeridianProcess;
beforeAll(async () => {
  node = await startMeridian('test/support/flow-game.ts');
});
afterAll(() => node[Symbol.asyncDispose]());

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

test('[FL-1] [FL-2] [FL-4] [FL-5] [FL-8] a link of 32 kbit/s: less is sent, hits come first, and all is as before when it is free', async () => {
  let path: Path = steadyPath(25);
  await using link = await WanLink.open({ host: '127.0.0.1', port: node.port }, () => path);
  using slow = await Player.join(link.port);
  using other = await Player.join(node.port);
  slow.report();
  await eventually(() => slow.hitMs.length > 8, PATIENCE);
  path = { ...path, bottleneck: NARROW };
  await eventually(() => slow.level > 0, PATIENCE);
  expect(slow.qualities.at(-1)?.patchIntervalMs.near).toBeGreaterThanOrEqual(50);

  // What was on its way before is through.
  const [hits, ticks] = [slow.hitMs.length, other.room.state.ticks];
  await eventually(() => slow.hitMs.length > hits + 24, PATIENCE);
  // Behind a queue that is full, each would take two seconds.
  expect(median(slow.hitMs.slice(hits + 8))).toBeLessThan(500);
  expect(link.traffic.heldDownBytes).toBeLessThan(4_000);
  expect(other.room.state.ticks).toBeGreaterThan(ticks + 100);
  expect(median(other.hitMs)).toBeLessThan(500);

  path = steadyPath(25);
  await eventually(() => slow.level === 0, { withinMs: 30_000 });
  other.room.send('stop');
  await eventually(() => !slow.room.state.isMoving && !other.room.state.isMoving, PATIENCE);
  await eventually(
    () => JSON.stringify(slow.room.state) === JSON.stringify(other.room.state),
    PATIENCE,
  );
}, 90_000);

test('[FL-6] who never reads gets nothing more, and is let go with a reason', async () => {
  let path: Path = steadyPath(5);
  await using link = await WanLink.open({ host: '127.0.0.1', port: node.port }, () => path);
  using silent = await Player.join(link.port);
  using other = await Player.join(node.port);
  other.room.send('go');
  await eventually(() => silent.hitMs.length > 4, PATIENCE);
  const before = (await other.look(silent))?.handedBytes ?? 0;
  path = { ...path, fault: 'stall' };
  let mostBytes = 0;
  await eventually(async () => {
    const seen = await other.look(silent);
    mostBytes = Math.max(mostBytes, seen?.handedBytes ?? 0);
    return seen === null;
  }, PATIENCE);
  // The room sends 13 kB a second: a second and a half of it, and hits.
  expect(mostBytes - before).toBeLessThan(30_000);
  const { sessionId } = silent.room;
  await eventually(
    () => node.log.some((line) => line['sessionId'] === sessionId && line['reason'] === 'silent'),
    PATIENCE,
  );
  const ticks = other.room.state.ticks;
  await eventually(() => other.room.state.ticks > ticks + 10, PATIENCE);
  path = { ...path, fault: 'none' };
}, 60_000);
