import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { RegionLinkMetrics } from './region-link-metrics.ts';

test('[ND-30] counts what a link does, in seconds, by region', async () => {
  const registry = new Registry();
  const links = new RegionLinkMetrics(registry);
  links.sent('asia', 'stored');
  links.sent('asia', 'outbox-full');
  links.carried('asia', 3, 2);
  links.handled('europe', 'ticket', 250);
  links.dropped('europe', 'expired', 4);
  links.gap('europe', 'in');
  const text = await registry.metrics();
  expect(text).toContain('messages_sent_total{region="asia",outcome="stored"} 1');
  expect(text).toContain('messages_sent_total{region="asia",outcome="outbox-full"} 1');
  expect(text).toContain('entries_carried_total{region="asia",outcome="added"} 3');
  expect(text).toContain('entries_carried_total{region="asia",outcome="repeated"} 2');
  expect(text).toContain('delay_seconds_sum{region="europe",kind="ticket"} 0.25');
  expect(text).toContain('messages_dropped_total{region="europe",reason="expired"} 4');
  expect(text).toContain('gaps_total{region="europe",direction="in"} 1');
});
