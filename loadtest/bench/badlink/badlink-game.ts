import { type SchemaType, schema, t } from '@colyseus/schema';
import { MoverWalk, SPEED_PX_S, WORLD_PX } from './mover-path.ts';

// The game both contenders play: movers that nobody steers, and a figure for each player, predicted by him.

export const STEP_RATE_HZ = 20;
export const STEP_MS = 1_000 / STEP_RATE_HZ;
/** Time between two events that a player must hear of at once, as a hit. */
export const EVENT_EVERY_STEPS = 10;
export const EVENT_MESSAGE = 'hit';

const POSITIONS = { min: 0, max: WORLD_PX, bits: 16 } as const;
export const Body = schema({ x: t.quantized(POSITIONS), y: t.quantized(POSITIONS) }, 'Body');
export type Body = SchemaType<typeof Body>;
export const BadLinkState = schema({ movers: t.map(Body), players: t.map(Body) }, 'BadLinkState');
export type BadLinkState = SchemaType<typeof BadLinkState>;

/** What a player asks for in one step: -127 … 127. */
export const MoveInput = schema(
  { moveX: t.int8().default(0), moveY: t.int8().default(0) },
  'MoveInput',
);
export type MoveInput = SchemaType<typeof MoveInput>;

/** How a server script is started: JSON in its first argument. */
export interface GameSetup {
  readonly movers: number;
  readonly seed: number;
}

/** One step of a player's figure, the same at both ends. */
export function stepBody(
  body: { x: number; y: number },
  { moveX, moveY }: { readonly moveX: number; readonly moveY: number },
  dtSeconds: number,
): void {
  const stride = (SPEED_PX_S * dtSeconds) / 127;
  body.x = within(body.x + moveX * stride);
  body.y = within(body.y + moveY * stride);
}

function within(value: number): number {
  return Math.min(WORLD_PX - 1, Math.max(1, value));
}

/** What both servers simulate. */
export class BadLinkGame {
  readonly #walks: readonly MoverWalk[];
  readonly #state: BadLinkState;
  #steps = 0;

  constructor(state: BadLinkState, { movers, seed }: GameSetup) {
    this.#state = state;
    this.#walks = Array.from({ length: movers }, (_, index) => new MoverWalk(seed, index));
    for (const index of this.#walks.keys()) state.movers.set(String(index), new Body());
    this.#place();
  }

  get steps(): number {
    return this.#steps;
  }

  join(sessionId: string): void {
    this.#state.players.set(sessionId, new Body().assign({ x: WORLD_PX / 2, y: WORLD_PX / 2 }));
  }

  leave(sessionId: string): void {
    this.#state.players.delete(sessionId);
  }

  steer(sessionId: string, input: { readonly moveX: number; readonly moveY: number }): void {
    const body = this.#state.players.get(sessionId);
    if (body !== undefined) stepBody(body, input, STEP_MS / 1_000);
  }

  step(): void {
    this.#steps += 1;
    this.#place();
  }

  #place(): void {
    for (const [index, walk] of this.#walks.entries()) {
      walk.goOn(this.#steps * STEP_MS);
      this.#state.movers.get(String(index))?.assign({ x: walk.x, y: walk.y });
    }
  }
}
