import { schema, t } from '@colyseus/schema';
import { Dice } from '../rooms/game.ts';
import { Crowd } from './crowd.ts';
import { type ScenarioName, scenarioOf } from './scenarios.ts';

// The game of the runs with sockets: the crowd walks, and each player shows the number of his newest input.

/** How a server script is started: JSON in its first argument. */
export interface BigRoomSetup {
  readonly scenario: ScenarioName;
  readonly players: number;
}

const POSITIONS = { min: 0, max: 4_096, bits: 16 } as const;
export const BigRoomPlayer = schema(
  {
    x: t.quantized(POSITIONS),
    y: t.quantized(POSITIONS),
    angle: t.quantized({ min: 0, max: 6.2832, bits: 8, mode: 'wrap' }),
    seq: t.uint16().default(0),
  },
  'BigRoomPlayer',
);
export const BigRoomState = schema({ players: t.map(BigRoomPlayer).view() }, 'BigRoomState');

interface PlacedPlayer {
  readonly index: number;
  readonly body: InstanceType<typeof BigRoomPlayer>;
  seq: number;
}

/** What both contenders simulate. */
export class BigRoomGame {
  readonly #crowd: Crowd;
  readonly #players = new Map<string, PlacedPlayer>();

  constructor({ scenario, players }: BigRoomSetup) {
    const { spread, worldM } = scenarioOf(scenario, players);
    this.#crowd = new Crowd(spread, worldM, new Dice(1));
  }

  join(sessionId: string, state: InstanceType<typeof BigRoomState>): void {
    const body = new BigRoomPlayer();
    const index = this.#crowd.size;
    this.#crowd.add(body);
    this.#players.set(sessionId, { index, body, seq: 0 });
    state.players.set(sessionId, body);
  }

  leave(sessionId: string, state: InstanceType<typeof BigRoomState>): void {
    this.#players.delete(sessionId);
    state.players.delete(sessionId);
  }

  /** Takes an input until the next step. */
  steer(sessionId: string, { seq }: { readonly seq: number }): void {
    const player = this.#players.get(sessionId);
    if (player !== undefined) player.seq = seq;
  }

  step(): void {
    for (const { index, body, seq } of this.#players.values()) {
      this.#crowd.step(index, body);
      body.seq = seq;
    }
  }
}
