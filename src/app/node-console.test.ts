import { expect, test } from 'vitest';
import { RegionOperations } from '../admin/region-operations.ts';
import { LocalRegionOrders } from '../cluster/region-orders.ts';
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
    orders: new LocalRegionOrders(),
    desks: new OtherRegionDesks({ clock: systemClock, log: createLogger({ level: 'silent' }) }),
  } as unknown as NodeConsoleDeps);
  expect(await console.view()).toMatchObject({
    rooms: [{ roomName: 'duel', rooms: 1, players: 2 }],
    queues: [],
  });
});

test('[IB-20] an operator closes the region, sheds its tickets, evacuates it, and takes each back', async () => {
  const orders = new LocalRegionOrders();
  const regions = {
    catalogue: { ownRegionId: 'here', regions: [] },
    report: () => null,
  } as unknown as Regions;
  const calls = { request: async () => undefined };
  const console = createNodeConsole({
    ...{ regions, nodeId: 'n1', nodes: () => [], link: () => undefined },
    ...{ orders, operations: new RegionOperations({ calls, orders, hasNode: () => true }) },
    desks: new OtherRegionDesks({ clock: systemClock, log: createLogger({ level: 'silent' }) }),
  } as unknown as NodeConsoleDeps);
  for (const [given, takenBack, order] of [
    ['close-region', 'open-region', 'close'],
    ['shed-tickets', 'take-tickets', 'shed-tickets'],
    ['evacuate-region', 'return-region', 'evacuate'],
  ] as const) {
    await console.act({ action: given, regionId: 'here' });
    expect(orders.holds(order)).toBe(true);
    await console.act({ action: takenBack, regionId: 'here' });
    expect(orders.holds(order)).toBe(false);
    const elsewhere = console.act({ action: given, regionId: 'there' });
    await expect(elsewhere).rejects.toBeInstanceOf(GameError);
  }
});
