import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { MatchmakingMetrics } from './matchmaking-metrics.ts';

test('[ND-30] matches and waits are counted by queue', async () => {
  const registry = new Registry();
  const metrics = new MatchmakingMetrics(registry);
  metrics.matched('duel', 'new', [900, 3_000]);
  metrics.matched('duel', 'backfill', [100]);
  metrics.refusedAtDoor('duel');
  const text = await registry.metrics();
  expect(text).toContain('meridian_matchmaking_refused_at_door_total{queue="duel"} 1');
  expect(text).toContain('meridian_matchmaking_matches_total{queue="duel",kind="new"} 1');
  expect(text).toContain('meridian_matchmaking_matches_total{queue="duel",kind="backfill"} 1');
  expect(text).toContain('meridian_matchmaking_wait_seconds_bucket{le="1",queue="duel"} 2');
  expect(text).toContain('meridian_matchmaking_wait_seconds_count{queue="duel"} 3');
});
