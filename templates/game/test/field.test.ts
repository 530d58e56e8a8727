// Two players on a real server.

import { MemoryStorage, MeridianClient } from '@meridian/client';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type FieldState, Move, movePlayer } from '../src/shared/field.ts';
import { type RunningGame, startGame } from './start-game.ts';

let game: RunningGame;

beforeAll(async () => {
  game = await startGame();
});

afterAll(() => game?.[Symbol.asyncDispose]());

test('two players see each other, and one of them move', async () => {
  const [ada, ben] = [await join('Ada'), await join('Ben')];
  await vi.waitFor(() => {
    const names = [...ben.state.players.values()].map(({ name }) => name);
    expect(names.sort()).toEqual(['Ada', 'Ben']);
  });

  const placeOfAda = () => ben.state.players.get(ada.sessionId)?.x ?? Number.NaN;
  const before = placeOfAda();
  const input = ada.input<Move>({ type: Move });
  await vi.waitFor(
    () => {
      input.data.x = 127;
      input.send();
      expect(placeOfAda()).toBeGreaterThan(before + 50);
    },
    { timeout: 10_000 },
  );
});

test('a diagonal is no faster than straight on', () => {
  const [straight, diagonal] = [
    { x: 500, y: 500 },
    { x: 500, y: 500 },
  ];
  movePlayer(null, straight, { x: 127, y: 0 });
  movePlayer(null, diagonal, { x: 127, y: 127 });
  expect(Math.hypot(diagonal.x - 500, diagonal.y - 500)).toBeCloseTo(straight.x - 500);
});

async function join(displayName: string) {
  const client = new MeridianClient(game.url, { storage: new MemoryStorage() });
  await client.signInAsGuest({ displayName });
  const room = await client.joinOrCreate<FieldState>('field');
  await vi.waitFor(() => expect(room.state.players?.has(room.sessionId)).toBe(true));
  return room;
}
