import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { AnalyticsMetrics } from './analytics-metrics.ts';

test('[AN-20] what is recorded, dropped and shipped is counted, also when it is asked twice', async () => {
  const registry = new Registry();
  const metrics = new AnalyticsMetrics(registry);
  metrics.recorded('sample');
  metrics.recorded('sample');
  metrics.dropped('sample');
  metrics.refused();
  metrics.published(3);
  metrics.shipped(2);
  metrics.redelivered(1);
  metrics.shipFailed();
  metrics.backlog = 5;
  metrics.buffered = () => 4;
  await registry.metrics();
  const text = await registry.metrics();
  for (const line of [
    'meridian_analytics_recorded_total{class="sample"} 2',
    'meridian_analytics_dropped_total{class="sample"} 1',
    'meridian_analytics_refused_total 1',
    'meridian_analytics_published_total 3',
    'meridian_analytics_shipped_total 2',
    'meridian_analytics_redelivered_total 1',
    'meridian_analytics_failures_total{step="publish"} 0',
    'meridian_analytics_failures_total{step="ship"} 1',
    'meridian_analytics_backlog 5',
    'meridian_analytics_buffered 4',
  ]) {
    expect(text).toContain(`${line}\n`);
  }
});
