import { expect, test } from 'vitest';
import { GameError } from '../errors/game-error.ts';
import type { Regions } from '../regions/contract.ts';
import { createNodeConsole } from './node-console.ts';

test('[CN-2] while matchmaking does not answer, the console shows the rest', async () => {
  const regions = {
    catalogue: { ownRegionId: 'here', regions: [] },
    report: () => null,
  } as unknown as Regions;
  const console = createNodeConsole({
    ...{ regions, nodes: () => [], link: () => undefined },
    rooms: () => [{ name: 'duel', clients: 2 }],
    queues: () => Promise.reject(new GameError('SERVICE_UNAVAILABLE')),
    drain: () => Promise.reject(new GameError('NODE_UNREACHABLE')),
  });
  expect(await console.view()).toMatchObject({
    rooms: [{ roomName: 'duel', rooms: 1, players: 2 }],
    queues: [],
  });
});
