// Contender `meridian`: a whole node, with a room whose game says who sees what.

import { randomBytes } from 'node:crypto';
import { type Client, defineGame, defineInterest, Room } from 'meridian';
import { startNode } from '../../../../src/app/node.ts';
import { MeridianConfig } from '../../../../src/config/config.ts';
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

const node = await startNode(
  MeridianConfig.parse({
    // All players come from one address: the limits per address are raised, by configuration.
    http: {
      port: 0,
      bindAddress: '127.0.0.1',
      matchmakePerMinute: 1_000_000,
      socketsPerAddress: 100_000,
    },
    admin: { metricsPort: 0, adminPort: 0 },
    redis: { uri: '' },
    auth: { jwtSecret: randomBytes(32).toString('hex') },
    cluster: { peerPort: 0 },
    profiles: { sqlitePath: ':memory:' },
    process: { logLevel: 'warn' },
  }),
  defineGame({ rooms: { game: { room: BigRoom } } }),
);
// The node's own metrics stay on, as in production; the bench reads each tick's time on the way.
const { metrics } = node;
const tickRan = metrics.tickRan.bind(metrics);
metrics.tickRan = (room, seconds) => {
  tickRan(room, seconds);
  measure.tick(seconds * 1_000);
};
measure.serve(node.ports.port);
