import type { Client } from '@colyseus/core';
import { machineNowMs } from '../../../machine/machine-clock.ts';
import {
  type BadLinkGame,
  EVENT_EVERY_STEPS,
  EVENT_MESSAGE,
  type MoveInput,
} from '../badlink-game.ts';
import type { ServerDiary } from './server-diary.ts';

/** A room of either contender, as far as the game goes. */
interface BadLinkHost {
  readonly clients: readonly Client[];
  readonly clock: { readonly elapsedTime: number };
  readonly inputs: { get(sessionId: string): Iterable<MoveInput> };
}

/** One step, the same in both contenders. */
export function stepBadLink(
  { clients, clock, inputs }: BadLinkHost,
  game: BadLinkGame,
  diary: ServerDiary,
): void {
  for (const { sessionId } of clients) {
    let count = 0;
    for (const input of inputs.get(sessionId)) {
      game.steer(sessionId, input);
      count += 1;
    }
    diary.steered(count);
  }
  game.step();
  diary.stepped(game.steps, clock.elapsedTime, clients);
  if (game.steps % EVENT_EVERY_STEPS !== 0) return;
  for (const client of clients) client.send(EVENT_MESSAGE, { atMs: machineNowMs() });
}
