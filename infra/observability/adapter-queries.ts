import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const RULES = join(
  import.meta.dirname,
  ...['..', 'kubernetes', 'platform', 'base', 'adapter-rules.yaml'],
);

const configMap = z.looseObject({ data: z.object({ 'config.yaml': z.string() }) });
const adapterConfig = z.object({
  rules: z.array(
    z.object({
      seriesQuery: z.string(),
      name: z.object({ as: z.string() }),
      metricsQuery: z.string(),
    }),
  ),
});

/** What prometheus-adapter asks Prometheus for a figure of pods. */
export interface AdapterQuery {
  /** As autoscalers call it. */
  readonly figure: string;
  /** Which series there are. */
  readonly seriesQuery: string;
  /** The figure of each of some pods, as the adapter fills its template in. */
  readonly query: string;
}

/**
 * The queries of infra/kubernetes/platform/base/adapter-rules.yaml, filled in as the adapter does: `.Series` is the name of the series it has
 * found, `.LabelMatchers` the namespace and the pods that an autoscaler asks for, `.GroupBy` the label of the pods.
 */
export function adapterQueries({
  namespace,
  pods,
}: {
  readonly namespace: string;
  /** Names of pods, without anything that a regular expression would read. */
  readonly pods: readonly string[];
}): readonly AdapterQuery[] {
  const { data } = configMap.parse(parse(readFileSync(RULES, 'utf8')));
  const { rules } = adapterConfig.parse(parse(data['config.yaml']));
  return rules.map(({ seriesQuery, name, metricsQuery }) => ({
    figure: name.as,
    seriesQuery,
    query: metricsQuery
      .replaceAll('<<.Series>>', seriesQuery.replace(/\{.*$/, ''))
      .replaceAll('<<.LabelMatchers>>', `namespace="${namespace}",pod=~"${pods.join('|')}"`)
      .replaceAll('<<.GroupBy>>', 'pod'),
  }));
}
