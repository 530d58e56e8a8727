import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

/** How much an autoscaler may change at once, one of several ways to say so. */
export interface ScalingPolicy {
  readonly type: 'Pods' | 'Percent';
  readonly value: number;
  readonly periodSeconds: number;
}

/** One direction of `behavior`. */
export interface ScalingRules {
  readonly stabilizationWindowSeconds: number;
  /** Whose policy counts: the one that changes most, the one that changes least, or none may. */
  readonly selectPolicy: 'Max' | 'Min' | 'Disabled';
  readonly policies: readonly ScalingPolicy[];
  /** Deviation from 1 of metric / target that changes nothing. */
  readonly tolerance: number;
}

export type MetricTarget =
  | { readonly kind: 'pods'; readonly name: string; readonly averageValue: number }
  | { readonly kind: 'resource'; readonly name: string; readonly averageUtilization: number }
  /** One figure for all pods together, of which each shall have `averageValue`. */
  | { readonly kind: 'object'; readonly name: string; readonly averageValue: number };

/** What a HorizontalPodAutoscaler asks for, defaults filled in. */
export interface AutoscalerSpec {
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly metrics: readonly MetricTarget[];
  readonly scaleUp: ScalingRules;
  readonly scaleDown: ScalingRules;
}

/** `--horizontal-pod-autoscaler-tolerance` unless the cluster says otherwise. */
const TOLERANCE = 0.1;

/**
 * What Kubernetes does when `behavior` says nothing.
 * https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#default-behavior
 */
export const DEFAULT_BEHAVIOR: Pick<AutoscalerSpec, 'scaleUp' | 'scaleDown'> = {
  scaleUp: {
    stabilizationWindowSeconds: 0,
    selectPolicy: 'Max',
    policies: [
      { type: 'Percent', value: 100, periodSeconds: 15 },
      { type: 'Pods', value: 4, periodSeconds: 15 },
    ],
    tolerance: TOLERANCE,
  },
  scaleDown: {
    stabilizationWindowSeconds: 300,
    selectPolicy: 'Max',
    policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
    tolerance: TOLERANCE,
  },
};

const QUANTITY_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
};

/** An amount as Kubernetes writes it: `1200m`, `1536Mi`, `1000`. */
export const quantity = z
  .union([z.string(), z.number()])
  .transform((it) => String(it))
  .pipe(z.string().regex(/^\d+(\.\d+)?(m|k|M|G|Ki|Mi|Gi)?$/))
  .transform((text) => {
    const amount = Number.parseFloat(text);
    return amount * (QUANTITY_UNITS[text.replace(/^[\d.]+/, '')] ?? Number.NaN);
  });

const rulesSchema = z.strictObject({
  stabilizationWindowSeconds: z.number().int().min(0).max(3_600).optional(),
  selectPolicy: z.enum(['Max', 'Min', 'Disabled']).optional(),
  policies: z
    .array(
      z.strictObject({
        type: z.enum(['Pods', 'Percent']),
        value: z.number().int().positive(),
        periodSeconds: z.number().int().min(1).max(1_800),
      }),
    )
    .min(1)
    .optional(),
  tolerance: quantity.optional(),
});

const metricSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('Pods'),
    pods: z.strictObject({
      metric: z.strictObject({ name: z.string() }),
      target: z.strictObject({ type: z.literal('AverageValue'), averageValue: quantity }),
    }),
  }),
  z.strictObject({
    type: z.literal('Object'),
    object: z.strictObject({
      metric: z.strictObject({ name: z.string() }),
      describedObject: z.looseObject({ kind: z.string(), name: z.string() }),
      target: z.strictObject({ type: z.literal('AverageValue'), averageValue: quantity }),
    }),
  }),
  z.strictObject({
    type: z.literal('Resource'),
    resource: z.strictObject({
      name: z.enum(['cpu', 'memory']),
      target: z.strictObject({ type: z.literal('Utilization'), averageUtilization: z.number() }),
    }),
  }),
]);

const autoscalerSchema = z.looseObject({
  apiVersion: z.literal('autoscaling/v2'),
  kind: z.literal('HorizontalPodAutoscaler'),
  spec: z.strictObject({
    scaleTargetRef: z.looseObject({ kind: z.literal('Deployment') }),
    minReplicas: z.number().int().min(1).default(1),
    maxReplicas: z.number().int().min(1),
    metrics: z.array(metricSchema).min(1),
    behavior: z
      .strictObject({ scaleUp: rulesSchema.optional(), scaleDown: rulesSchema.optional() })
      .default({}),
  }),
});

/**
 * Reads a manifest with one HorizontalPodAutoscaler.
 *
 * @throws {ZodError} for what this cannot simulate: other kinds of metrics and targets, fields it does not know
 */
export function parseAutoscaler(manifest: string): AutoscalerSpec {
  const { spec } = autoscalerSchema.parse(parse(manifest));
  return {
    minReplicas: spec.minReplicas,
    maxReplicas: spec.maxReplicas,
    metrics: spec.metrics.map(targetOf),
    scaleUp: withDefaults(spec.behavior.scaleUp, DEFAULT_BEHAVIOR.scaleUp),
    scaleDown: withDefaults(spec.behavior.scaleDown, DEFAULT_BEHAVIOR.scaleDown),
  };
}

/** Like {@link parseAutoscaler}, from a file. */
export function readAutoscaler(path: string): AutoscalerSpec {
  return parseAutoscaler(readFileSync(path, 'utf8'));
}

function targetOf(metric: z.infer<typeof metricSchema>): MetricTarget {
  if (metric.type === 'Pods') {
    const { metric: of, target } = metric.pods;
    return { kind: 'pods', name: of.name, averageValue: target.averageValue };
  }
  if (metric.type === 'Object') {
    const { metric: of, target } = metric.object;
    return { kind: 'object', name: of.name, averageValue: target.averageValue };
  }
  const { name, target } = metric.resource;
  return { kind: 'resource', name, averageUtilization: target.averageUtilization };
}

function withDefaults(
  rules: z.infer<typeof rulesSchema> | undefined,
  defaults: ScalingRules,
): ScalingRules {
  return {
    stabilizationWindowSeconds:
      rules?.stabilizationWindowSeconds ?? defaults.stabilizationWindowSeconds,
    selectPolicy: rules?.selectPolicy ?? defaults.selectPolicy,
    policies: rules?.policies ?? defaults.policies,
    tolerance: rules?.tolerance ?? defaults.tolerance,
  };
}
