// RM-1, RM-4: a socket that stalls. The relay between server and client stops reading, as a phone in a tunnel does; the kernels'
// buffers fill, and what the server hands over from then on waits in its own memory.

import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { eventually } from '../../support/eventually.ts';
import { guard } from '../../support/guard.ts';
import { GuardClient } from '../../support/guard-client.ts';
import { TcpRelay } from '../../support/tcp-relay.ts';

const MEBIBYTE = 1024 * 1024;
/** Bytes of patches that stock Colyseus must have queued for aliasing to show; Meridian never has nearly as many. */
const QUEUED_BYTES = 2 * MEBIBYTE;
const STALL_MS = 4_000;

guard('[RM-1] [RM-4] a client whose socket stalled and drained has the state of the server', {
  scenario: 'swarm',
  async observe(server, base) {
    await using relay = await TcpRelay.open(server.port);
    using client = await GuardClient.join(server.port, 'swarm', { socketPort: relay.port });
    relay.freeze();
    let mostBacklogBytes = 0;
    const startedMs = performance.now();
    while (mostBacklogBytes < QUEUED_BYTES && performance.now() - startedMs < STALL_MS) {
      mostBacklogBytes = Math.max(mostBacklogBytes, await server.ask<number>('backlogBytes'));
      await sleep(20);
    }
    await server.ask('hold');
    relay.thaw();
    await eventually(async () => (await server.ask<number>('backlogBytes')) === 0, {
      withinMs: 15_000,
    });
    const truth = await server.ask('state');
    const isSame = await eventually(() => isDeepStrictEqual(client.state, truth), {
      withinMs: base === 'stock' ? 1_500 : 15_000,
      everyMs: 50,
    }).catch(() => false);
    return {
      hasServersState: isSame,
      makesSense: client.decodeErrors === 0,
      isBacklogBounded: mostBacklogBytes < MEBIBYTE,
    };
  },
  meridian: { hasServersState: true, makesSense: true, isBacklogBounded: true },
  stock: { hasServersState: false, makesSense: false, isBacklogBounded: false },
});

guard('[RM-4] a client that never reads is let go', {
  scenario: 'swarm',
  settings: {
    MERIDIAN_ROOMS_SEND_GATE_MAX_MS: '2000',
    // Not what ends it here.
    MERIDIAN_ROOMS_PING_INTERVAL_MS: '60000',
  },
  async observe(server, base) {
    await using relay = await TcpRelay.open(server.port);
    using client = await GuardClient.join(server.port, 'swarm', { socketPort: relay.port });
    await eventually(() => client.patches > 0, { withinMs: 15_000 });
    relay.freeze();
    const isGone = await eventually(async () => (await server.ask<number>('clients')) === 0, {
      // Meridian's time is bounded by its test's; stock Colyseus' own pings end the connection after nine seconds.
      withinMs: base === 'stock' ? 5_000 : 15_000,
      everyMs: 50,
    }).catch(() => false);
    return { isGone };
  },
  meridian: { isGone: true },
  stock: { isGone: false },
});
