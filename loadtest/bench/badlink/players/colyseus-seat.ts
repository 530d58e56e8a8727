import { Client, Predict } from '@colyseus/sdk';
import { type BadLinkState, type Body, MoveInput } from '../badlink-game.ts';
import type { PlayerSeat } from './seat.ts';

/** What Predict interpolates with when nothing else is said, ms. */
const DEFAULT_DELAY_MS = 100;

/** Colyseus leaves it out of its published types. */
interface FieldTracker {
  track(body: object, field: 'x' | 'y', options: object): () => void;
}

/** A player with the stock SDK and all of its defaults: a fixed delay, and others stand still when samples are late. */
export async function takeColyseusSeat(endpoint: string): Promise<PlayerSeat> {
  const room = await new Client(endpoint).joinOrCreate<BadLinkState>('game');
  const predict = Predict.get(room) as unknown as Predict;
  return {
    room,
    input: room.input<MoveInput>({ type: MoveInput }),
    get playheadMs() {
      return room.clock.serverNow() - DEFAULT_DELAY_MS - room.clock.smoothedRtt() / 2;
    },
    reconciler: predict.reconciler.bind(predict),
    tick: (nowMs) => predict.tick(nowMs),
    value: (body, field) => predict.value(body, field),
    onLevel: () => {},
    onOther: (body) => trackPlace(predict, body),
  };
}

function trackPlace(predict: Predict, body: Body): void {
  const tracker = predict as unknown as FieldTracker;
  tracker.track(body, 'x', {});
  tracker.track(body, 'y', {});
}
