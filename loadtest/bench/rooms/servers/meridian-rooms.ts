// The bench game as a Meridian developer writes it: defineInput, a fixed timestep, quantized transforms.

import { type Client, Room } from '@colyseus/core';
import { schema, t } from '@colyseus/schema';
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
  WORLD_SIZE,
} from '../game.ts';
import type { Measure } from '../measure.ts';
import { MoveInput } from '../move-input.ts';

const Player = schema(
  {
    x: t.quantized({ min: 0, max: WORLD_SIZE, bits: 16 }),
    y: t.quantized({ min: 0, max: WORLD_SIZE, bits: 16 }),
    angle: t.angle({ bits: 8 }),
    hp: t.uint8(),
    score: t.uint16(),
    seq: t.uint16(),
  },
  'Player',
);
const GameState = schema({ players: t.map(Player) }, 'GameState');

const dice = new Dice(1);
const TICK_SECONDS = TICK_MS / 1_000;

/** The Meridian room class of the bench game; its ticks are reported to `measure`. */
export function meridianRoomClass(measure: Measure): new () => Room {
  return class GameRoom extends Room {
    override maxClients = PLAYERS_PER_ROOM;
    override state = new GameState();
    override inputs = this.defineInput(MoveInput);
    readonly #pilots = new Map<string, Pilot>();

    override onCreate(): void {
      this.setFixedTimestep(() => {
        const startedAtMs = performance.now();
        this.#step();
        this.broadcastPatch();
        measure.tick(performance.now() - startedAtMs);
      }, TICK_RATE_HZ);
      this.patchRate = null;
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
      for (const [sessionId, player] of this.state.players) {
        const pilot = this.#pilots.get(sessionId) as Pilot;
        for (const input of this.inputs.get(sessionId)) {
          steer(pilot, input.moveX, input.moveY, input.turn, input.seq);
        }
        stepBody(player, pilot, TICK_SECONDS, dice);
      }
    }
  };
}

/** A room with state and seats but no simulation, for the memory and idle figures. Stays without players. */
export class MeridianIdleRoom extends Room {
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
