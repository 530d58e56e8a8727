import { type AutoscalerSpec, DEFAULT_BEHAVIOR, type MetricTarget } from './autoscaler-spec.ts';
import type { FleetOptions } from './fleet.ts';
import type { Contender } from './simulate.ts';

export const CONTENDER_NAMES = [
  'shipped',
  'kubernetes-behaviour',
  'two-thirds',
  'cpu-only',
  'demand',
  'no-deletion-cost',
  'spare-machines',
  'static',
] as const;
export type ContenderName = (typeof CONTENDER_NAMES)[number];

const USUAL: FleetOptions = { usesDeletionCost: true, spareMachines: 0 };
/** Two thirds of what a node was measured to hold, and of its processor: the usual advice. */
const TWO_THIRDS = { seats: 1_000, cpuPercent: 65 } as const;

/** Everybody who plays the traces; all but the last are the shipped autoscaler with one thing changed. */
export function contendersOf(shipped: AutoscalerSpec): Readonly<Record<ContenderName, Contender>> {
  const { metrics } = shipped;
  const changed = (title: string, change: Partial<AutoscalerSpec>): Contender => ({
    title,
    spec: { ...shipped, ...change },
    ...USUAL,
  });
  return {
    shipped: changed('Meridian', {}),
    'kubernetes-behaviour': changed('Behaviour of Kubernetes’ defaults', DEFAULT_BEHAVIOR),
    'two-thirds': changed(`${TWO_THIRDS.seats} seats a node, ${TWO_THIRDS.cpuPercent} % CPU`, {
      metrics: metrics.map(twoThirdsOf),
    }),
    'cpu-only': changed('CPU and memory only', {
      metrics: metrics.filter(({ kind }) => kind === 'resource'),
    }),
    demand: changed('Players and those who wait, in one figure', {
      metrics: metrics.map((it) => (it.kind === 'pods' ? { ...it, kind: 'object' } : it)),
    }),
    'no-deletion-cost': { ...changed('Without deletion costs', {}), usesDeletionCost: false },
    'spare-machines': { ...changed('Two empty machines kept', {}), spareMachines: 2 },
    static: { title: 'A fleet for the peak', spec: null, ...USUAL },
  };
}

function twoThirdsOf(metric: MetricTarget): MetricTarget {
  if (metric.kind === 'pods') return { ...metric, averageValue: TWO_THIRDS.seats };
  if (metric.name !== 'cpu' || metric.kind !== 'resource') return metric;
  return { ...metric, averageUtilization: TWO_THIRDS.cpuPercent };
}
