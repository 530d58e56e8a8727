// Writes metrics.md beside this file:  node --conditions=meridian-source docs/reference/generate-metrics.ts
// test/integration/reference.test.ts fails when the file is stale.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NodeMetrics } from '../../src/telemetry/metrics.ts';
import { markdownTable } from './markdown-table.ts';

const INTRODUCTION = `# Metrics

Made from the registry of \`src/telemetry/metrics.ts\` by \`docs/reference/generate-metrics.ts\`; do not edit.

\`GET /metrics\` on \`MERIDIAN_ADMIN_METRICS_PORT\`, never on the public port. Units are seconds and bytes. Labels have few
values: \`room\` is the name of a kind of room (\`arena\`), never an id; no label names a player, session or address. Beside
these stand the \`process_*\` and \`nodejs_*\` metrics of prom-client.`;

export async function metricsPage(): Promise<string> {
  const metrics = new NodeMetrics();
  const registered = await metrics.registry.getMetricsAsJSON();
  const rows = registered
    .filter(({ name }) => name.startsWith('meridian_'))
    .map(({ name, type, help }) => {
      const { labelNames = [] } = metrics.registry.getSingleMetric(name) as {
        readonly labelNames?: readonly string[];
      };
      const labels = labelNames.filter((label) => label !== 'le' && label !== 'quantile');
      const shown = labels.map((label) => `\`${label}\``).join(', ');
      return [`\`${name}\``, String(type), shown, help];
    });
  metrics.close();
  return `${INTRODUCTION}\n\n${markdownTable(['metric', 'type', 'labels', 'meaning'], rows)}\n`;
}

if (import.meta.main) writeFileSync(join(import.meta.dirname, 'metrics.md'), await metricsPage());
