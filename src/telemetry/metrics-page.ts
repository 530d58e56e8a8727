import { type Registry as AnyRegistry, Registry } from 'prom-client';

export interface MetricsPage {
  readonly contentType: string;
  readonly text: string;
}

interface Sample {
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  readonly exemplar?: {
    readonly labelSet: Readonly<Record<string, string>>;
    readonly value: number;
    /** Unix time, s. */
    readonly timestamp: number;
  } | null;
}

interface Metric {
  get(): Promise<{
    readonly name: string;
    readonly help: string;
    readonly type: string;
    readonly values: readonly Sample[];
  }>;
}

/**
 * All metrics as their scraper wants them: OpenMetrics 1.0, with exemplars, for who names it before everything else, as Prometheus does; the
 * text format of Prometheus for everybody else. That one has no exemplars.
 *
 * @param accept - the header of the request
 */
export async function metricsPage(registry: AnyRegistry, accept: string): Promise<MetricsPage> {
  const [wanted = ''] = accept.split(',');
  if (!/^\s*application\/openmetrics-text\b/.test(wanted)) {
    return { contentType: registry.contentType, text: await registry.metrics() };
  }
  const metrics = registry.getMetricsAsArray() as unknown as readonly Metric[];
  const families = await Promise.all(metrics.map((metric) => metric.get()));
  return {
    contentType: Registry.OPENMETRICS_CONTENT_TYPE,
    text: `${families.flatMap(familyLines).join('\n')}\n# EOF\n`,
  };
}

/** prom-client's own OpenMetrics renames the counters it prints, for all who print them afterwards. */
function familyLines({ name, help, type, values }: Awaited<ReturnType<Metric['get']>>): string[] {
  const isCounter = type === 'counter';
  const family = isCounter ? name.replace(/_total$/, '') : name;
  const lines = values.map(({ metricName, labels, value, exemplar }) => {
    const sample = isCounter ? `${family}_total` : (metricName ?? name);
    const point = exemplar
      ? ` # ${labelsText(exemplar.labelSet, true)} ${numberText(exemplar.value)} ${exemplar.timestamp}`
      : '';
    return `${sample}${labelsText(labels, false)} ${numberText(value)}${point}`;
  });
  return [`# TYPE ${family} ${type}`, `# HELP ${family} ${escaped(help)}`, ...lines];
}

function labelsText(
  labels: Readonly<Record<string, string | number>>,
  isAlwaysThere: boolean,
): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${escaped(String(value))}"`,
  );
  return pairs.length === 0 && !isAlwaysThere ? '' : `{${pairs.join(',')}}`;
}

function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}
