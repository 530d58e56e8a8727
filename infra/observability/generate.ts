// Writes what is made from rules and dashboards:  node --conditions=meridian-source infra/observability/generate.ts
// test/infra/observability.test.ts fails when a file is stale.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import { allDashboards } from './dashboards.ts';
import { ruleGroups } from './rules.ts';

/** Path in the repository → content. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const dashboards = allDashboards().map(
    (dashboard) =>
      [
        `infra/observability/dashboards/generated/${dashboard.uid}.json`,
        `${JSON.stringify(dashboard, null, 2)}\n`,
      ] as const,
  );
  return new Map([
    ...dashboards,
    ['infra/kubernetes/platform/base/alert-rules.yaml', prometheusRule()],
  ]);
}

const HEAD = '# Made from infra/observability/rules by infra/observability/generate.ts; do not edit.\n';

/** The rules as an object of Prometheus' operator. */
function prometheusRule(): string {
  const object = {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: {
      name: 'meridian',
      namespace: 'observability',
      // By this the operator of the chart finds what is its own.
      labels: { release: 'prometheus' },
    },
    spec: { groups: ruleGroups() },
  };
  return HEAD + stringify(object, { lineWidth: 0, aliasDuplicateObjects: false });
}

if (import.meta.main) {
  for (const [path, content] of generatedFiles()) {
    const target = join(import.meta.dirname, '..', '..', path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
  }
}
