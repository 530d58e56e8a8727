import { NodeMetrics } from '../../src/telemetry/metrics.ts';
import { type Selector, selectorsOf, syntaxFaults } from './promql.ts';
import { allRecordings } from './rules.ts';

/** Labels that a target has whatever it exports (prometheus.yaml, and monitor.yaml for Kubernetes). */
const TARGET_LABELS = ['job', 'instance', 'region', 'namespace', 'pod'] as const;
/** Of Prometheus itself: who watches the watcher. */
const OF_PROMETHEUS: readonly KnownSeries[] = [
  { name: 'up', labels: [] },
  { name: 'ALERTS', labels: ['alertname', 'alertstate'] },
  { name: 'prometheus_rule_evaluation_failures_total', labels: ['rule_group'] },
];

interface KnownSeries {
  readonly name: string;
  readonly labels: readonly string[];
}

/** Every series that a query may read, with its labels: what the registry of a node has, what rules record, and what Prometheus adds. */
export type KnownMetrics = ReadonlyMap<string, ReadonlySet<string>>;

/** Read from the code's own registry, and from the rules of `folder`. */
export async function knownMetrics(folder?: string): Promise<KnownMetrics> {
  const recorded = allRecordings(folder).map(({ record }) => ({ name: record, labels: [] }));
  const all = [...(await exportedSeries()), ...recorded, ...OF_PROMETHEUS];
  return new Map(all.map(({ name, labels }) => [name, new Set([...TARGET_LABELS, ...labels])]));
}

/** @returns what is wrong with a query, a line each; empty: it may be asked */
export function queryFaults(query: string, known: KnownMetrics): readonly string[] {
  const wrong = syntaxFaults(query);
  if (wrong.length > 0) return [`no PromQL at ${wrong.join(', ')}: ${query}`];
  return selectorsOf(query).flatMap((selector) => selectorFaults(selector, known));
}

function selectorFaults({ metric, labels }: Selector, known: KnownMetrics): readonly string[] {
  const has = known.get(metric);
  if (has === undefined) return [`nobody exports ${metric}`];
  return labels.filter((label) => !has.has(label)).map((label) => `${metric} has no ${label}`);
}

async function exportedSeries(): Promise<readonly KnownSeries[]> {
  const metrics = new NodeMetrics();
  try {
    const all = await metrics.registry.getMetricsAsJSON();
    return all.flatMap(({ name, type }) => {
      const { labelNames = [] } = metrics.registry.getSingleMetric(name) as {
        readonly labelNames?: readonly string[];
      };
      // A label that the target has, too, is told apart by Prometheus: the target's keeps its name.
      const labels = labelNames.map((it) => (isOfTarget(it) ? `exported_${it}` : it));
      return [name, ...seriesBeside(name, String(type))].map((series) => ({ name: series, labels }));
    });
  } finally {
    metrics.close();
  }
}

function isOfTarget(label: string): boolean {
  return TARGET_LABELS.some((it) => it === label);
}

function seriesBeside(name: string, type: string): readonly string[] {
  if (type === 'histogram') return [`${name}_bucket`, `${name}_sum`, `${name}_count`];
  if (type === 'summary') return [`${name}_sum`, `${name}_count`];
  return [];
}
