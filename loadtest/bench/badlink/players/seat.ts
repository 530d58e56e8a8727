import type { InputHandle, Predict, Room } from '@colyseus/sdk';
import type { BadLinkState, Body, MoveInput } from '../badlink-game.ts';

/** A joined player, whoever's client he uses. */
export interface PlayerSeat {
  // biome-ignore lint/suspicious/noExplicitAny: Colyseus' own default of a room that is typed by its state only
  readonly room: Room<any, BadLinkState>;
  readonly input: InputHandle<MoveInput>;
  /** The moment, by the room's clock, at which others are drawn in this frame, ms. */
  readonly playheadMs: number;
  readonly reconciler: Predict['reconciler'];
  /** Begins a frame. @returns how many inputs are due */
  tick(nowMs: number): number;
  /** Where a body is drawn. */
  value(body: Body, field: 'x' | 'y'): number;
  /** The quality of the link as the server tells it; never called where servers tell nothing. */
  onLevel(listener: (level: number) => void): void;
  /** A mover, or another player's figure, has come. */
  onOther(body: Body): void;
}
