import { MemoryStorage, MeridianClient, Predict } from '../../../../client-sdk/src/index.ts';
import { interpolationDelayMs } from '../../../../demos/arena/web/net/interpolation-delay.ts';
import { type BadLinkState, MoveInput } from '../badlink-game.ts';
import { trackPlace } from './colyseus-seat.ts';
import type { PlayerSeat } from './seat.ts';

const DELAY_REVIEW_MS = 250;

/** A player with @meridian/client. */
export async function takeMeridianSeat(endpoint: string): Promise<PlayerSeat> {
  const client = new MeridianClient(endpoint, { storage: new MemoryStorage() });
  const room = await client.joinOrCreate<BadLinkState>('game');
  let delayMs = interpolationDelayMs(0);
  let reviewedAtMs = 0;
  const predict = Predict.get(room.colyseus, {
    mode: 'lerp',
    delay: delayMs,
  }) as unknown as Predict;
  const reviewDelay = (nowMs: number) => {
    if (nowMs - reviewedAtMs < DELAY_REVIEW_MS) return;
    reviewedAtMs = nowMs;
    const wanted = interpolationDelayMs(room.clock.jitter());
    delayMs += Math.max(-3, Math.min(6, wanted - delayMs));
    predict.setDefaults({ mode: 'lerp', delay: delayMs });
  };
  return {
    room: room.colyseus,
    input: room.input<MoveInput>({ type: MoveInput }),
    get playheadMs() {
      return room.clock.serverNow() - delayMs - room.clock.smoothedRtt() / 2;
    },
    reconciler: predict.reconciler.bind(predict),
    tick: (nowMs) => {
      reviewDelay(nowMs);
      return predict.tick(nowMs);
    },
    value: (body, field) => predict.value(body, field),
    onLevel: () => {},
    onOther: (body) => trackPlace(predict, body),
  };
}
