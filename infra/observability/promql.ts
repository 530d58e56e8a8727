import { parser } from '@prometheus-io/lezer-promql';

/** What a query reads: a metric, and the labels it looks at. */
export interface Selector {
  readonly metric: string;
  readonly labels: readonly string[];
}

/** @returns where the query is no PromQL, as positions in it; empty: it is. Grafana's variables are to be filled in before */
export function syntaxFaults(query: string): readonly number[] {
  const faults: number[] = [];
  parser.parse(query).iterate({
    enter: ({ type, from }) => {
      if (type.isError) faults.push(from);
    },
  });
  return faults;
}

/** Every metric that a query reads, as often as it does. */
export function selectorsOf(query: string): readonly Selector[] {
  const selectors: { metric: string; labels: string[] }[] = [];
  parser.parse(query).iterate({
    enter: ({ name, from, to }) => {
      if (name === 'VectorSelector') selectors.push({ metric: '', labels: [] });
      const current = selectors.at(-1);
      if (current === undefined) return;
      if (name === 'Identifier' && current.metric === '') current.metric = query.slice(from, to);
      if (name === 'UnquotedLabelMatcher') {
        current.labels.push(query.slice(from, to).split(/[=!]/)[0]?.trim() ?? '');
      }
    },
  });
  return selectors;
}
