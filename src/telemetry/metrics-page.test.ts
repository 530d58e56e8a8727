import { expect, test } from 'vitest';
import { NodeMetrics } from './metrics.ts';
import { metricsPage } from './metrics-page.ts';

const OPEN = 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5';
const TRACE = '0af7651916cd43dd8448eb211c80319c';

test('[TR-10] who asks for OpenMetrics gets exemplars with the trace, everybody else the text format without', async () => {
  const metrics = new NodeMetrics();
  try {
    metrics.joins.joined('duel', 0.03, TRACE);
    metrics.joins.joined('duel', 0.7, '');
    metrics.joins.firstInputAcknowledged('duel', 0.02, TRACE);
    const open = await metricsPage(metrics.registry, OPEN);
    expect(open.contentType).toContain('application/openmetrics-text');
    const exemplar = (name: string, le: string) =>
      new RegExp(
        `^${name}_bucket\\{.*le="${le}".*\\} 1 # \\{trace_id="${TRACE}"\\} [\\d.]+ [\\d.]+$`,
        'm',
      );
    expect(open.text).toMatch(exemplar('meridian_join_seconds', '0.05'));
    expect(open.text).toMatch(exemplar('meridian_first_input_seconds', '0.033'));
    expect(open.text).toMatch(/^meridian_join_seconds_bucket\{.*le="0.8".*\} 2$/m);
    expect(open.text).toMatch(/^# TYPE meridian_lease_lapses counter$/m);
    expect(open.text).toMatch(/^meridian_lease_lapses_total 0$/m);
    expect(open.text.endsWith('# EOF\n')).toBe(true);
    for (const accept of ['', 'text/plain', '*/*', `text/plain,${OPEN}`]) {
      const plain = await metricsPage(metrics.registry, accept);
      expect(plain.contentType).toContain('text/plain');
      expect(plain.text).not.toContain(TRACE);
      expect(plain.text).toMatch(/^# TYPE meridian_lease_lapses_total counter$/m);
    }
  } finally {
    metrics.close();
  }
});
