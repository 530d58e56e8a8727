import { MemoryStorage, MeridianClient } from '../../../../client-sdk/src/index.ts';
import { type BadLinkState, MoveInput } from '../badlink-game.ts';
import type { PlayerSeat } from './seat.ts';

const SMOOTHED = { fields: ['x', 'y'] } as const;

/** A player with @meridian/client and its defaults. */
export async function takeMeridianSeat(endpoint: string): Promise<PlayerSeat> {
  const client = new MeridianClient(endpoint, { storage: new MemoryStorage() });
  const room = await client.joinOrCreate<BadLinkState>('game');
  const predict = room.predict({ smooth: { movers: SMOOTHED, players: SMOOTHED } });
  return {
    room: room.colyseus,
    input: room.input<MoveInput>({ type: MoveInput }),
    get playheadMs() {
      return predict.roomMs;
    },
    reconciler: predict.reconciler as PlayerSeat['reconciler'],
    tick: (nowMs) => predict.tick(nowMs),
    value: (body, field) => predict.value(body, field),
    onLevel: (listener) => {
      room.onQuality(({ level }) => listener(level));
    },
    onOther: () => {},
  };
}
