import { expect, test } from 'vitest';
import { GameError } from '../errors/game-error.ts';
import type { Regions } from '../regions/contract.ts';
import { systemClock } from '../shared/clock.ts';
import { createLogger } from '../telemetry/logger.ts';
import { createNodeConsole, type NodeConsoleDeps } from './node-console.ts';
import { OtherRegionDesks } from './other-region-desks.ts';

test('[CN-2] while matchmaking does not answer, the console shows the rest', async () => {
  const regions = {
    catalogue: { ownRegionId: 'here', regions: [] },
    report: () => null,
  } as unknown as Regions;
  const console = createNodeConsole({
    ...{ regions, nodeId: 'n1', nodes: () => [], link: () => undefined },
    directory: { query: async () => [{ name: 'duel', clients: 2 }] },
    matchmaking: { statuses: () => Promise.reject(new GameError('SERVICE_UNAVAILABLE')) },
    desks: new OtherRegionDesks({ clock: systemClock, log: createLogger({ level: 'silent' }) }),
  } as unknown as NodeConsoleDeps);
  expect(await console.view()).toMatchObject({
    rooms: [{ roomName: 'duel', rooms: 1, players: 2 }],
    queues: [],
  });
});
