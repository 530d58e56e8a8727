// Lag compensation as a player meets it: the shooter is the browser's own session code, 100 ms away from the room each way.
//
//   680  ◀───────●───────▶ 1280    the runner's lane, y = 600: what is known of it is 100 ms old when it arrives, its picture
//                 ╲                is drawn two patches later still, and a shot at it needs 100 ms to the room. By then the
//                  ╲               runner is two of its own widths further on.
//                   ○  shooter

import { MemoryStorage, MeridianClient, type MeridianRoom } from '@meridian/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ArenaState, Fighter } from '../../demos/arena/shared/arena-state.ts';
import { MoveInput } from '../../demos/arena/shared/move-input.ts';
import { BUTTON, EFFECT, STEP_SECONDS } from '../../demos/arena/shared/rules.ts';
import type { Wish } from '../../demos/arena/web/controls/wish.ts';
import { ArenaSession, type SessionListener } from '../../demos/arena/web/net/arena-session.ts';
import { steadyPath, WanLink } from '../../loadtest/wan/wan-link.ts';
import { eventually } from '../support/eventually.ts';
import type { RangeOptions } from '../support/range-game.ts';
import { type MeridianProcess, startMeridian } from '../support/start-meridian.ts';

const ONE_WAY_MS = 100;
const SHOTS = 48;
/** Where the runner turns; it sees itself late, and free floor is 60 units longer at both ends. */
const LANE = { y: 600, fromX: 760, toX: 1_200 } as const;
const STAND = { x: 980, y: 340 } as const;
const FRAME_MS = 8;

let node: MeridianProcess;
let link: WanLink;

beforeAll(async () => {
  node = await startMeridian('test/support/range-game.ts');
  const far = steadyPath(ONE_WAY_MS);
  link = await WanLink.open({ host: '127.0.0.1', port: node.port }, () => far);
});

afterAll(async () => {
  await link?.[Symbol.asyncDispose]();
  await node?.[Symbol.asyncDispose]();
});

test('a shot hits what its shooter saw, although the target has run on by the time it arrives', async () => {
  const [compensated, uncompensated] = await Promise.all([
    shootAtRunner({ rewinds: true, aimAt: 'picture' }),
    shootAtRunner({ rewinds: false, aimAt: 'newest state' }),
  ]);
  const figures = `of ${SHOTS} shots hit: ${compensated} with rewind, ${uncompensated} without`;
  expect(compensated, figures).toBeGreaterThanOrEqual(0.9 * SHOTS);
  expect(uncompensated, figures).toBeLessThanOrEqual(0.35 * SHOTS);
});

/** @returns how many of a series of shots hit */
async function shootAtRunner(series: {
  readonly rewinds: boolean;
  readonly aimAt: 'picture' | 'newest state';
}): Promise<number> {
  const options: RangeOptions = {
    places: [{ x: LANE.fromX, y: LANE.y }, STAND],
    rewinds: series.rewinds,
  };
  const range = await (await signedIn()).joinOrCreate<ArenaState>('range', { ...options });
  const stopRunning = runUpAndDown(range);
  const session = await ArenaSession.join(
    {
      displayName: '',
      roomId: range.roomId,
      rules: { bots: 0, killsToWin: 1, matchMs: 60_000 },
    },
    await signedIn(),
  );
  const shooter = new Shooter(session, range.sessionId, series.aimAt);
  try {
    return await shooter.shoot(SHOTS);
  } finally {
    stopRunning();
    await Promise.all([session.leave(), range.leave()]);
  }
}

/** Walks a fighter along its lane at full speed. @returns stops it */
function runUpAndDown(room: MeridianRoom<ArenaState>): () => void {
  const input = room.input<MoveInput>({ type: MoveInput });
  let dueAtMs = performance.now();
  input.data.moveX = 127;
  const timer = setInterval(() => {
    const me = room.state.fighters?.get(room.sessionId);
    if (me !== undefined && me.x < LANE.fromX) input.data.moveX = 127;
    if (me !== undefined && me.x > LANE.toX) input.data.moveX = -127;
    for (; dueAtMs <= performance.now(); dueAtMs += STEP_SECONDS * 1_000) input.send();
  }, FRAME_MS);
  return () => clearInterval(timer);
}

/** Stands, keeps the aim on its target as it sees it, and shoots as fast as it may. */
class Shooter {
  readonly #session: ArenaSession;
  readonly #targetId: string;
  readonly #aimAt: 'picture' | 'newest state';
  #shots = 0;
  #hits = 0;

  constructor(session: ArenaSession, targetId: string, aimAt: 'picture' | 'newest state') {
    this.#session = session;
    this.#targetId = targetId;
    this.#aimAt = aimAt;
    const nothing = () => undefined;
    session.listen({
      onFighterAdded: nothing,
      onFighterRemoved: nothing,
      onShot: (id) => {
        if (id === session.myId) this.#shots += 1;
      },
      onKill: nothing,
      onHurt: nothing,
      onHit: () => {
        this.#hits += 1;
      },
      onPickup: nothing,
      onConnection: nothing,
      onStats: nothing,
    } satisfies SessionListener);
  }

  /** @returns how many hit */
  async shoot(shots: number): Promise<number> {
    const target = await eventually(() => this.#fighter(this.#targetId), { withinMs: 5_000 });
    const frames = setInterval(
      () => this.#session.frame(performance.now(), () => this.#wish(target, shots)),
      FRAME_MS,
    );
    try {
      // A hit is told in the step it happens in, the count of shots with the patch after it.
      await eventually(() => this.#fighter(this.#session.myId)?.shots === shots, {
        withinMs: 20_000,
      });
      return this.#hits;
    } finally {
      clearInterval(frames);
    }
  }

  #wish(target: Fighter, shots: number): Wish {
    const me = this.#fighter(this.#session.myId);
    const at = this.#aimAt === 'picture' ? this.#session.pose(this.#targetId, target) : target;
    const isReady = (target.effects & EFFECT.shield) === 0 && this.#shots < shots;
    return {
      moveX: 0,
      moveY: 0,
      aim: me === undefined ? null : Math.atan2(at.y - me.y, at.x - me.x),
      buttons: isReady ? BUTTON.fire : 0,
    };
  }

  #fighter(id: string): Fighter | undefined {
    return this.#session.state.fighters?.get(id);
  }
}

async function signedIn(): Promise<MeridianClient> {
  const client = new MeridianClient(link.url, { storage: new MemoryStorage() });
  await client.signInAsGuest();
  return client;
}
