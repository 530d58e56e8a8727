// A player whose connection breaks while he joins: between his seat and his first word to the room.

import { MemoryStorage, MeridianClient, type MeridianRoom } from '@meridian/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RegionDoors } from '../../client-sdk/src/room-door.ts';
import { eventually } from '../support/eventually.ts';
import { matchmake } from '../support/raw-client.ts';
import { type MeridianProcess, startMeridian } from '../support/start-meridian.ts';
import { hooksOf, PATIENCE, type PlayState } from '../support/survival-player.ts';
import { type Unheard, UnheardRelay } from '../support/unheard-relay.ts';

const KEPT_S = 20;

let node: MeridianProcess;
beforeAll(async () => {
  node = await startMeridian('test/support/survival-game.ts');
});
afterAll(() => node?.[Symbol.asyncDispose]());

/** One who asks for a seat again where that can be had, and one who cannot: the queue gave it. */
const WAYS: Readonly<Record<string, (port: number) => Promise<MeridianRoom<PlayState>>>> = {
  'by its name': (port) =>
    new MeridianClient(`http://127.0.0.1:${port}`, {
      storage: new MemoryStorage(),
    }).joinOrCreate<PlayState>('journal', { title: `port ${port}`, keptS: KEPT_S }),
  'by the only seat there is': async (port) => {
    const options = { title: `port ${port}`, keptS: KEPT_S };
    const { body } = await matchmake(node, { target: 'journal', body: options });
    const doors = new RegionDoors(`http://127.0.0.1:${port}`, {
      ...{ fetch, room: {}, joinTimeoutMs: 10_000 },
    });
    return await doors.own.enterOnlySeat<PlayState>({ ...body, name: 'journal' }, {}, null);
  },
};

const CASES = Object.keys(WAYS).flatMap((way) =>
  (['welcome', 'answer'] as const).map((unheard: Unheard) => ({ way, unheard })),
);

test.each(CASES)(
  '[SV-56] who joins $way, and whose $unheard is lost with the connection, has his seat, once',
  async ({ way, unheard }) => {
    await using relay = await UnheardRelay.open(node.port, { unheard, times: 1 });
    const room = await WAYS[way]?.(relay.port);
    const left: number[] = [];
    room?.onLeave((code) => left.push(code));
    const { sessionId = '', roomId = '' } = room ?? {};
    await eventually(() => room?.state.actors?.has(sessionId), PATIENCE);
    expect(relay.resets).toBe(1);
    room?.send('say', 'here');
    await eventually(() => [...(room?.state.words ?? [])].includes('here'), PATIENCE);
    const hooks = hooksOf([node], roomId).map(({ hook }) => hook);
    expect(hooks).toEqual(['onCreate', 'onDrop', 'onReconnect']);
    expect([...(room?.state.actors.keys() ?? [])]).toEqual([sessionId]);
    expect(left).toEqual([]);
    await room?.leave();
  },
);
