// Contender `meridian`: a whole node, with a room whose game says who sees what.

import { type Client, defineInterest, Room } from 'meridian';
import { startBenchNode } from '../../meridian-node.ts';
import { TICK_RATE_HZ } from '../../rooms/game.ts';
import { Measure } from '../../rooms/measure.ts';
import { MoveInput } from '../../rooms/move-input.ts';
import { BigRoomGame, type BigRoomSetup, BigRoomState } from '../big-room-game.ts';
import { SIGHT_M } from '../crowd.ts';

const setup = JSON.parse(process.argv[2] as string) as BigRoomSetup;
const measure = new Measure();

class BigRoom extends Room {
  static override allowAnonymous = true;
  override maxClients = 10_000;
  override state = new BigRoomState();
  override readonly interest = defineInterest({ players: { radius: SIGHT_M } });
  override inputs = this.defineInput(MoveInput);
  readonly #game = new BigRoomGame(setup);

  override onCreate(): void {
    this.setFixedTimestep(() => this.#step(), TICK_RATE_HZ);
  }

  override onJoin(client: Client): void {
    this.#game.join(client.sessionId, this.state);
  }

  override onLeave(client: Client): void {
    this.#game.leave(client.sessionId, this.state);
  }

  #step(): void {
    measure.tickBegins();
    for (const { sessionId } of this.clients) {
      for (const input of this.inputs.get(sessionId)) this.#game.steer(sessionId, input);
    }
    this.#game.step();
  }
}

const port = await startBenchNode({ game: { room: BigRoom } }, (durationMs) =>
  measure.tick(durationMs),
);
measure.serve(port);
