import { afterEach, beforeEach, expect, test } from 'vitest';
import { NodeMetrics } from './metrics.ts';

let metrics: NodeMetrics;
beforeEach(() => {
  metrics = new NodeMetrics('a');
});
afterEach(() => metrics.close());

const lines = async () => (await metrics.registry.metrics()).split('\n');

test('[ND-30] joins that fail by our fault are counted apart', async () => {
  for (const outcome of ['ok', 'ROOM_FULL', 'aborted', 'STORE_UNAVAILABLE', 'SHUTTING_DOWN']) {
    metrics.joinEnded('joinOrCreate', outcome);
  }

  expect(await lines()).toContain('meridian_join_failures_total 2');
});

test('[OB-2] what has not happened yet is 0, so that its first time is an increase', async () => {
  metrics.roomDefined('arena');
  metrics.matchmaking.queueDefined('duel');
  metrics.evacuations.regionsKnown(['b']);
  metrics.caches.read('profiles', 'memory');

  expect(await lines()).toEqual(
    expect.arrayContaining([
      'meridian_clients{room="arena"} 0',
      'meridian_tick_overrun_steps_total{room="arena"} 0',
      'meridian_room_revivals_total{room="arena",outcome="restore-failed"} 0',
      'meridian_rooms_frozen_total{room="arena",reason="restore"} 0',
      'meridian_matchmaking_wait_seconds_count{queue="duel"} 0',
      'meridian_matchmaking_refused_at_door_total{queue="duel"} 0',
      'meridian_evacuation_rooms_total{region="b"} 0',
      'meridian_cache_reads_total{cache="profiles",outcome="kept"} 0',
      'meridian_deferred_writes_total{outcome="refused"} 0',
      'meridian_soft_writes_total{step="dropped"} 0',
    ]),
  );
});

test('[OB-3] which node a target is', async () => {
  const services = new Set(['profile', 'game']);
  metrics.identity.is({ nodeId: 'Qx1', build: '7', services, seats: 1_500 });

  expect(await lines()).toEqual(
    expect.arrayContaining([
      'meridian_node_info{node="Qx1",build="7",services="game,profile"} 1',
      'meridian_node_seats 1500',
    ]),
  );
});
