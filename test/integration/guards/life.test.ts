// RM-7, RM-16, RM-20 to RM-23: time, and what is left behind by those who go.

import { expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { guard } from '../../support/guard.ts';
import { GuardClient } from '../../support/guard-client.ts';
import { GuardProcess } from '../../support/guard-process.ts';
import { TcpRelay } from '../../support/tcp-relay.ts';

guard('[RM-7] a patch leaves with the step that made it', {
  scenario: 'stepper',
  async observe(server) {
    using _client = await GuardClient.join(server.port, 'stepper');
    const flushes = await eventually(
      async () => {
        const count = await server.ask<number>('flushes');
        return count >= 10 && count;
      },
      { withinMs: 15_000 },
    );
    const aligned = await server.ask<number>('alignedFlushes');
    return { areAligned: aligned >= flushes };
  },
  meridian: { areAligned: true },
  stock: { areAligned: false },
});

guard('[RM-16] the view of a player who left is given back', {
  scenario: 'views',
  settings: { MERIDIAN_HTTP_MATCHMAKE_PER_MINUTE: '10000' },
  async observe(server) {
    for (let i = 0; i < 12; i++) {
      using client = await GuardClient.join(server.port, 'views');
      client.ws.close(4000);
      await eventually(async () => (await server.ask('clients')) === 0, { withinMs: 15_000 });
    }
    using _last = await GuardClient.join(server.port, 'views');
    const [id = -1] = await server.ask<number[]>('viewIds');
    return { isReused: id < 3 };
  },
  meridian: { isReused: true },
  stock: { isReused: false },
});

test('[RM-16] a view that a team shares outlives the one who leaves', async () => {
  await using server = await GuardProcess.start('meridian', 'views');
  using leaving = await GuardClient.join(server.port, 'views', { options: { team: true } });
  using staying = await GuardClient.join(server.port, 'views', { options: { team: true } });
  const handOf = () => staying.state['cards'] as Record<string, { value: number }>;
  leaving.ws.close(4000);
  await eventually(async () => (await server.ask('clients')) === 1, { withinMs: 15_000 });
  staying.send('deal');
  await eventually(() => handOf()[staying.seat.sessionId]?.value === 2, { withinMs: 15_000 });
});

guard('[RM-20] a player who returns on a new network need not wait for his old connection to die', {
  scenario: 'plain',
  async observe(server, base) {
    await using relay = await TcpRelay.open(server.port);
    using old = await GuardClient.join(server.port, 'plain', { socketPort: relay.port });
    relay.freeze();
    const returning = GuardClient.connect(server.port, old.seat, old.reconnectionToken);
    const returned = await eventually(() => Promise.race([returning, Promise.resolve(null)]), {
      withinMs: base === 'stock' ? 1_500 : 15_000,
    }).catch(() => null);
    returned?.ws.terminate();
    // It comes after this test, or fails with its server.
    returning.catch(() => undefined);
    return { isBackAtOnce: returned !== null, isSameSeat: returned?.seat === old.seat };
  },
  meridian: { isBackAtOnce: true, isSameSeat: true },
  stock: { isBackAtOnce: false, isSameSeat: false },
});

guard('[RM-21] rooms share one timer', {
  scenario: 'plain',
  async observe(server) {
    return { hasTimerPerRoom: (await server.ask<number>('timersOf30Rooms')) >= 30 };
  },
  meridian: { hasTimerPerRoom: false },
  stock: { hasTimerPerRoom: true },
});

guard('[RM-22] setting the clock of the machine does not move the time of rooms', {
  scenario: 'plain',
  async observe(server) {
    using _client = await GuardClient.join(server.port, 'plain');
    const beforeMs = await server.ask<number>('elapsedMs');
    await server.ask('setClockForward');
    const afterMs = await eventually(
      async () => {
        const elapsedMs = await server.ask<number>('elapsedMs');
        return elapsedMs > beforeMs + 100 && elapsedMs;
      },
      { withinMs: 15_000 },
    );
    return { hasJumped: afterMs - beforeMs > 60_000 };
  },
  meridian: { hasJumped: false },
  stock: { hasJumped: true },
});

test('[RM-23] a peer that stopped answering is let go', async () => {
  await using server = await GuardProcess.start('meridian', 'plain', {
    MERIDIAN_ROOMS_PING_INTERVAL_MS: '160',
  });
  await using relay = await TcpRelay.open(server.port);
  using quiet = await GuardClient.join(server.port, 'plain', { socketPort: relay.port });
  using alive = await GuardClient.join(server.port, 'plain');
  expect(await server.ask('clients')).toBe(2);
  relay.freeze();
  await eventually(async () => (await server.ask('clients')) === 1, { withinMs: 15_000 });
  expect({ quiet: quiet.closed, alive: alive.closed }).toEqual({ quiet: null, alive: null });
});
