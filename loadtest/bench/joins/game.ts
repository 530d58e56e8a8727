import { schema, t } from '@colyseus/schema';

/** One room for all contenders: a player is a position and little more. */
export const ROOM_NAME = 'bench';
export const SEATS = 20;

const Player = schema({ x: t.float32(), y: t.float32(), hp: t.uint8() }, 'JoinsPlayer');
export const State = schema({ tick: t.uint32().default(0), players: t.map(Player) }, 'JoinsState');

export function newPlayer(): InstanceType<typeof Player> {
  return new Player().assign({ x: 1, y: 2, hp: 100 });
}
