import { z } from 'zod';
import type { KubernetesObject } from './objects.ts';

// The parts of objects that policies look at, parsed once.

const labels = z.record(z.string(), z.string()).default({});

const probeSchema = z
  .looseObject({
    httpGet: z
      .looseObject({ path: z.string(), port: z.union([z.string(), z.number()]) })
      .optional(),
  })
  .optional();

const containerSchema = z.looseObject({
  name: z.string(),
  image: z.string(),
  args: z.array(z.string()).default([]),
  env: z.array(z.looseObject({ name: z.string(), value: z.string().optional() })).default([]),
  ports: z.array(z.looseObject({ name: z.string(), containerPort: z.number() })).default([]),
  startupProbe: probeSchema,
  livenessProbe: probeSchema,
  readinessProbe: probeSchema,
  lifecycle: z
    .looseObject({
      preStop: z.looseObject({ sleep: z.object({ seconds: z.number() }).optional() }).optional(),
    })
    .optional(),
  resources: z
    .looseObject({
      requests: z.record(z.string(), z.string()).default({}),
      limits: z.record(z.string(), z.string()).default({}),
    })
    .default({ requests: {}, limits: {} }),
  securityContext: z
    .looseObject({
      allowPrivilegeEscalation: z.boolean().optional(),
      readOnlyRootFilesystem: z.boolean().optional(),
      capabilities: z.looseObject({ drop: z.array(z.string()).default([]) }).optional(),
    })
    .default({}),
});

const podSchema = z.looseObject({
  automountServiceAccountToken: z.boolean().optional(),
  serviceAccountName: z.string().optional(),
  terminationGracePeriodSeconds: z.number().default(30),
  securityContext: z
    .looseObject({
      runAsNonRoot: z.boolean().optional(),
      seccompProfile: z.looseObject({ type: z.string() }).optional(),
    })
    .default({}),
  topologySpreadConstraints: z.array(z.unknown()).default([]),
  containers: z.array(containerSchema),
});

const deploymentSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({
    replicas: z.number().optional(),
    selector: z.looseObject({ matchLabels: labels }),
    template: z.looseObject({
      metadata: z.looseObject({ labels, annotations: labels }),
      spec: podSchema,
    }),
  }),
});

/** A Deployment, as far as policies look at it. */
export type Workload = z.infer<typeof deploymentSchema>;
export type Container = z.infer<typeof containerSchema>;

const serviceSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({
    selector: labels,
    ports: z.array(
      z.looseObject({ name: z.string(), targetPort: z.union([z.string(), z.number()]) }),
    ),
  }),
});

const peers = z
  .array(
    z.looseObject({
      ports: z.array(z.looseObject({ port: z.union([z.string(), z.number()]) })).default([]),
    }),
  )
  .default([]);

const networkPolicySchema = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({
    podSelector: z.looseObject({ matchLabels: labels }),
    policyTypes: z.array(z.string()),
    ingress: peers,
    egress: peers,
  }),
});

const disruptionBudgetSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({
    maxUnavailable: z.union([z.number(), z.string()]).optional(),
    selector: z.looseObject({ matchLabels: labels }),
  }),
});

const autoscalerSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({
    scaleTargetRef: z.looseObject({ kind: z.string(), name: z.string() }),
    minReplicas: z.number().default(1),
    maxReplicas: z.number(),
    metrics: z.array(
      z.looseObject({
        type: z.string(),
        resource: z.looseObject({ name: z.string() }).optional(),
        pods: z.looseObject({ metric: z.looseObject({ name: z.string() }) }).optional(),
      }),
    ),
  }),
});

/** Objects by kind. */
export function workloadsOf(objects: readonly KubernetesObject[]) {
  const all = <Shape extends z.ZodType>(kind: string, schema: Shape): z.infer<Shape>[] =>
    objects.filter((object) => object.kind === kind).map((object) => schema.parse(object));
  return {
    deployments: all('Deployment', deploymentSchema),
    services: all('Service', serviceSchema),
    networkPolicies: all('NetworkPolicy', networkPolicySchema),
    disruptionBudgets: all('PodDisruptionBudget', disruptionBudgetSchema),
    autoscalers: all('HorizontalPodAutoscaler', autoscalerSchema),
  };
}

export function selects(
  selector: Readonly<Record<string, string>>,
  labelsOfPod: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(selector).every(([name, value]) => labelsOfPod[name] === value);
}
