// Contender `meridian`: a whole node, as `npm start` makes it.

import { randomBytes } from 'node:crypto';
import { type Client, defineGame, Room } from 'meridian';
import { startNode } from '../../../../src/app/node.ts';
import { MeridianConfig } from '../../../../src/config/config.ts';
import { machineNowMs } from '../../../machine/machine-clock.ts';
import {
  BadLinkGame,
  BadLinkState,
  EVENT_EVERY_STEPS,
  EVENT_MESSAGE,
  type GameSetup,
  MoveInput,
  STEP_RATE_HZ,
} from '../badlink-game.ts';
import { ServerDiary } from './server-diary.ts';

const setup = JSON.parse(process.argv[2] as string) as GameSetup;
const diary = new ServerDiary();

class BadLinkRoom extends Room<{ state: BadLinkState; input: MoveInput }> {
  static override allowAnonymous = true;
  override maxClients = 100;
  override state = new BadLinkState();
  override readonly inputs = this.defineInput(MoveInput);
  readonly #game = new BadLinkGame(this.state, setup);

  override onCreate(): void {
    this.setFixedTimestep(() => this.#step(), STEP_RATE_HZ);
  }

  override onJoin(client: Client): void {
    this.#game.join(client.sessionId);
  }

  override onDrop(client: Client, code?: number): void {
    diary.dropped(code ?? 0);
    this.allowReconnection(client, 30).catch(() => undefined);
  }

  override onLeave(client: Client): void {
    this.#game.leave(client.sessionId);
  }

  #step(): void {
    for (const { sessionId } of this.clients) {
      let count = 0;
      for (const input of this.inputs.get(sessionId)) {
        this.#game.steer(sessionId, input);
        count += 1;
      }
      diary.steered(count);
    }
    this.#game.step();
    diary.stepped(this.#game.steps, this.clock.elapsedTime, this.clients);
    if (this.#game.steps % EVENT_EVERY_STEPS === 0) {
      for (const client of this.clients) client.send(EVENT_MESSAGE, { atMs: machineNowMs() });
    }
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
  defineGame({ rooms: { game: { room: BadLinkRoom } } }),
);
// The node's own metrics stay on, as in production; the bench reads each tick's time on the way.
const { metrics } = node;
const tickRan = metrics.tickRan.bind(metrics);
metrics.tickRan = (room, seconds) => {
  tickRan(room, seconds);
  diary.ticked(seconds * 1_000);
};
diary.serve(node.ports.port);
