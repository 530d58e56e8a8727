import type { InputHandle, Predict, Room } from '@colyseus/sdk';
import type { BadLinkState, MoveInput } from '../badlink-game.ts';

/** A joined player, whoever's client he uses. */
export interface PlayerSeat {
  // biome-ignore lint/suspicious/noExplicitAny: Colyseus' own default of a room that is typed by its state only
  readonly room: Room<any, BadLinkState>;
  readonly predict: Predict;
  readonly input: InputHandle<MoveInput>;
  /** Called before each frame. */
  beforeFrame(nowMs: number): void;
  /** The moment, by the room's clock, at which others are drawn now, ms. */
  playheadMs(): number;
  /** Starts to interpolate a body that nobody here steers. */
  interpolate(body: object): void;
}

/** Colyseus leaves it out of its published types. */
interface FieldTracker {
  track(body: object, field: 'x' | 'y', options: object): () => void;
}

export function trackPlace(predict: Predict, body: object): void {
  const tracker = predict as unknown as FieldTracker;
  tracker.track(body, 'x', {});
  tracker.track(body, 'y', {});
}
