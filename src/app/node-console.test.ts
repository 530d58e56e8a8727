import { expect, test } from 'vitest';
import { RegionOperations } from '../admin/region-operations.ts';
import { LocalRegionOrders } from '../cluster/region-orders.ts';
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
    ...{ operations: {} as RegionOperations, orders: new LocalRegionOrders() },
  });
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
    ...{ regions, nodes: () => [], link: () => undefined, rooms: () => [], queues: async () => [] },
    ...{ orders, operations: new RegionOperations({ calls, orders, hasNode: () => true }) },
  });
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
    await expect(elsewhere).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  }
});
