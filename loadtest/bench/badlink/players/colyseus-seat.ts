import { Client, Predict } from '@colyseus/sdk';
import { type BadLinkState, MoveInput } from '../badlink-game.ts';
import { type PlayerSeat, trackPlace } from './seat.ts';

/** What Predict interpolates with when nothing else is said, ms. */
const DEFAULT_DELAY_MS = 100;

/** A player with the stock SDK and all of its defaults: a fixed delay, and others stand still when samples are late. */
export async function takeColyseusSeat(endpoint: string): Promise<PlayerSeat> {
  const room = await new Client(endpoint).joinOrCreate<BadLinkState>('game');
  const predict = Predict.get(room);
  return {
    room,
    predict,
    input: room.input<MoveInput>({ type: MoveInput }),
    beforeFrame: () => {},
    playheadMs: () => room.clock.serverNow() - DEFAULT_DELAY_MS - room.clock.smoothedRtt() / 2,
    interpolate: (body) => trackPlace(predict, body),
  };
}
