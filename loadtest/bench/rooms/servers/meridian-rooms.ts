// The bench game as a Meridian developer writes it: defineInput, a fixed timestep, quantized transforms.

import { type Client, Room } from 'meridian';
import { schema, t, transform2d } from 'meridian/schema';
import {
  createPilot,
  Dice,
  type Pilot,
  PLAYERS_PER_ROOM,
  placeBody,
  steer,
  stepBody,
  TICK_MS,
  TICK_RATE_HZ,
} from '../game.ts';
import { MoveInput } from '../move-input.ts';

/** The world of 2000 m, in steps of about 6 cm: the range is a power of two, as the arena's, and so is the step. */
const POSITIONS = { min: 0, max: 4_096 };

const Player = schema(
  {
    ...transform2d(POSITIONS),
    hp: t.uint8(),
    score: t.uint16(),
    seq: t.uint16(),
  },
  'Player',
);
const GameState = schema({ players: t.map(Player) }, 'GameState');

const dice = new Dice(1);
const TICK_SECONDS = TICK_MS / 1_000;

export class MeridianGameRoom extends Room {
  static override allowAnonymous = true;
  override maxClients = PLAYERS_PER_ROOM;
  override state = new GameState();
  override inputs = this.defineInput(MoveInput);
  readonly #pilots = new Map<string, Pilot>();

  override onCreate(): void {
    this.setFixedTimestep(() => this.#step(), TICK_RATE_HZ);
  }

  override onJoin(client: Client): void {
    const player = new Player();
    placeBody(player, dice);
    this.#pilots.set(client.sessionId, createPilot(dice));
    this.state.players.set(client.sessionId, player);
  }

  override onLeave(client: Client): void {
    this.#pilots.delete(client.sessionId);
    this.state.players.delete(client.sessionId);
  }

  #step(): void {
    for (const [sessionId, pilot] of this.#pilots) {
      for (const input of this.inputs.get(sessionId)) {
        steer(pilot, input.moveX, input.moveY, input.turn, input.seq);
      }
    }
    for (const [sessionId, player] of this.state.players) {
      stepBody(player, this.#pilots.get(sessionId) as Pilot, TICK_SECONDS, dice);
    }
  }
}

/** The same, for `bench failover`: what does it cost that the room outlives its node? */
export class JournaledGameRoom extends MeridianGameRoom {
  override readonly durability = 'journal';
}

/** A room with state and seats but no simulation, for the memory and idle figures. Stays without players. */
export class MeridianIdleRoom extends Room {
  static override allowAnonymous = true;
  override maxClients = PLAYERS_PER_ROOM;
  override autoDispose = false;
  override state = new GameState();

  override onJoin(client: Client): void {
    const player = new Player();
    placeBody(player, dice);
    this.state.players.set(client.sessionId, player);
  }

  override onLeave(client: Client): void {
    this.state.players.delete(client.sessionId);
  }
}
