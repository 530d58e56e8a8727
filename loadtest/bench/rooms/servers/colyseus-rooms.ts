// Stock Colyseus rooms of the bench game, one class per way of using Colyseus.

import { type Client, Room } from '@colyseus/core';
import { schema, t } from '@colyseus/schema';
import {
  createPilot,
  Dice,
  type Pilot,
  PLAYERS_PER_ROOM,
  placeBody,
  type Steering,
  steer,
  stepBody,
  TICK_MS,
  TICK_RATE_HZ,
} from '../game.ts';
import type { Measure } from '../measure.ts';
import { MoveInput } from '../move-input.ts';
import type { ColyseusMode } from '../wire.ts';

const Player = schema(
  {
    x: t.float32(),
    y: t.float32(),
    angle: t.float32(),
    hp: t.uint8(),
    score: t.uint16(),
    seq: t.uint16(),
  },
  'Player',
);
const GameState = schema({ players: t.map(Player) }, 'GameState');

const dice = new Dice(1);
const TICK_SECONDS = TICK_MS / 1_000;

/** What the three ways share: the game, its players, and the simulation of one tick. */
abstract class StockRoom extends Room {
  override maxClients = PLAYERS_PER_ROOM;
  override state = new GameState();
  protected readonly pilots = new Map<string, Pilot>();

  override onJoin(client: Client): void {
    const player = new Player();
    placeBody(player, dice);
    this.pilots.set(client.sessionId, createPilot(dice));
    this.state.players.set(client.sessionId, player);
  }

  override onLeave(client: Client): void {
    this.pilots.delete(client.sessionId);
    this.state.players.delete(client.sessionId);
  }

  protected listenToMessages(): void {
    this.onMessage('i', (client, input: Steering) => {
      const pilot = this.pilots.get(client.sessionId);
      if (pilot) steer(pilot, input.moveX, input.moveY, input.turn, input.seq);
    });
  }

  protected simulate(): void {
    for (const [sessionId, player] of this.state.players) {
      stepBody(player, this.pilots.get(sessionId) as Pilot, TICK_SECONDS, dice);
    }
  }
}

/** The stock room class for a mode; its ticks are reported to `measure`. */
export function stockRoomClass(mode: ColyseusMode, measure: Measure): new () => Room {
  /** Colyseus as its manual's first page has it: the simulation and the patches each on a timer of their own. */
  class TwoTimersRoom extends StockRoom {
    override onCreate(): void {
      this.listenToMessages();
      this.setTimestep(() => {
        const startedAtMs = performance.now();
        this.simulate();
        measure.tick(performance.now() - startedAtMs);
      }, TICK_MS);
    }
  }

  /** Colyseus tuned by one line: the patch leaves at the end of the tick. */
  class AlignedRoom extends StockRoom {
    override onCreate(): void {
      this.listenToMessages();
      this.setTimestep(() => {
        const startedAtMs = performance.now();
        this.simulate();
        this.broadcastPatch();
        measure.tick(performance.now() - startedAtMs);
      }, TICK_MS);
      this.patchRate = null;
    }
  }

  /** Colyseus 0.18's own netcode: inputs, fixed timestep, timed patches; aligned too. */
  class InputRoom extends StockRoom {
    override inputs = this.defineInput(MoveInput);

    override onCreate(): void {
      this.setFixedTimestep(() => {
        const startedAtMs = performance.now();
        for (const [sessionId, pilot] of this.pilots) {
          for (const input of this.inputs.get(sessionId)) {
            steer(pilot, input.moveX, input.moveY, input.turn, input.seq);
          }
        }
        this.simulate();
        this.broadcastPatch();
        measure.tick(performance.now() - startedAtMs);
      }, TICK_RATE_HZ);
      // Last: without a simulation Colyseus ticks the room's clock on a timer instead, which would eat the time that
      // the fixed timestep counts (3 steps a second were left).
      this.patchRate = null;
    }
  }

  return { input: InputRoom, plain: AlignedRoom, default: TwoTimersRoom }[mode];
}

/** A room with state and seats but no simulation, for the memory and idle figures. Stays without players. */
export class StockIdleRoom extends Room {
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
