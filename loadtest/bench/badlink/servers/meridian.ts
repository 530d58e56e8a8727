// Contender `meridian`: a whole node, as `npm start` makes it.

import { type Client, Room } from 'meridian';
import { startBenchNode } from '../../meridian-node.ts';
import {
  BadLinkGame,
  BadLinkState,
  type GameSetup,
  MoveInput,
  STEP_RATE_HZ,
} from '../badlink-game.ts';
import { ServerDiary } from './server-diary.ts';
import { stepBadLink } from './step-bad-link.ts';

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
    stepBadLink(this, this.#game, diary);
  }
}

const port = await startBenchNode({ game: { room: BadLinkRoom } }, (durationMs) =>
  diary.ticked(durationMs),
);
diary.serve(port);
