import { type KubernetesObject, nameOf } from './objects.ts';
import { type Container, selects, type Workload, workloadsOf } from './workload.ts';

// What a schema cannot say of a region's objects: that they fit together, end in time, and ask for no more than they need.

/** What the rest of the repository says about it. */
export interface Surroundings {
  /** Figures that an autoscaler may ask for: those of the adapter's rules. */
  readonly figures: ReadonlySet<string>;
  /** Paths that our processes answer to probes. */
  readonly probePaths: ReadonlySet<string>;
}

type Parts = ReturnType<typeof workloadsOf>;
type Check = (
  parts: Parts,
  surroundings: Surroundings,
  objects: readonly KubernetesObject[],
) => string[];

/** What stays when the drain is over: closing connections, writing the last lines. */
const AFTER_DRAIN_S = 5;

const CHECKS: readonly Check[] = [
  selectorsMatchTheirPods,
  portsHaveNames,
  autoscalersFit,
  budgetsLetNodesGo,
  probesAreAnswered,
  resourcesAreSaid,
  drainsEndInTime,
  podsAreConfined,
  podsAreReachableOnPurpose,
  imagesArePinned,
  podsAreSpread,
  secretsAreElsewhere,
];

/** @returns what is not as it must be, a line each; empty: everything is */
export function policyFaults(
  objects: readonly KubernetesObject[],
  surroundings: Surroundings,
): string[] {
  const parts = workloadsOf(objects);
  return CHECKS.flatMap((check) => check(parts, surroundings, objects));
}

function selectorsMatchTheirPods({
  deployments,
  services,
  disruptionBudgets,
  networkPolicies,
}: Parts): string[] {
  const pods = deployments.map(labelsOfPods);
  const selectors = [
    ...services.map(({ metadata, spec }) => ({
      name: `Service ${metadata.name}`,
      labels: spec.selector,
    })),
    ...disruptionBudgets.map(({ metadata, spec }) => ({
      name: `PodDisruptionBudget ${metadata.name}`,
      labels: spec.selector.matchLabels,
    })),
    ...networkPolicies.map(({ metadata, spec }) => ({
      name: `NetworkPolicy ${metadata.name}`,
      labels: spec.podSelector.matchLabels,
    })),
  ];
  return [
    ...deployments
      .filter((it) => !selects(it.spec.selector.matchLabels, labelsOfPods(it)))
      .map(
        ({ metadata }) =>
          `Deployment ${metadata.name}: its selector is not what its pods are labelled with`,
      ),
    ...selectors
      .filter(({ labels }) => !pods.some((pod) => selects(labels, pod)))
      .map(({ name, labels }) => `${name}: no pod is ${JSON.stringify(labels)}`),
  ];
}

function portsHaveNames({ deployments, services, networkPolicies }: Parts): string[] {
  const faults: string[] = [];
  const check = (
    name: string,
    selector: Readonly<Record<string, string>>,
    ports: (string | number)[],
  ) => {
    const pods = deployments.filter((it) => selects(selector, labelsOfPods(it)));
    const known = new Set(
      pods.flatMap(containersOf).flatMap((it) => it.ports.map((port) => port.name)),
    );
    for (const port of ports) {
      if (typeof port === 'string' && !known.has(port))
        faults.push(`${name}: its pods have no port "${port}"`);
    }
  };
  for (const { metadata, spec } of services) {
    check(
      `Service ${metadata.name}`,
      spec.selector,
      spec.ports.map(({ targetPort }) => targetPort),
    );
  }
  for (const { metadata, spec } of networkPolicies) {
    const ports = spec.ingress.flatMap((rule) => rule.ports.map(({ port }) => port));
    check(`NetworkPolicy ${metadata.name}`, spec.podSelector.matchLabels, ports);
  }
  return faults;
}

function autoscalersFit({ deployments, autoscalers }: Parts, { figures }: Surroundings): string[] {
  const scaled = new Set(autoscalers.map(({ spec }) => spec.scaleTargetRef.name));
  const unscaled = deployments
    .filter(({ metadata, spec }) => !scaled.has(metadata.name) && spec.replicas === undefined)
    .map(({ metadata }) => `Deployment ${metadata.name}: nobody says how many`);
  const unfit = autoscalers.flatMap(({ metadata, spec }) => {
    const target = deployments.find((it) => it.metadata.name === spec.scaleTargetRef.name);
    const faults =
      target === undefined
        ? [`there is no Deployment ${spec.scaleTargetRef.name}`]
        : faultsOfAutoscaler(spec, target, figures);
    return faults.map((fault) => `HorizontalPodAutoscaler ${metadata.name}: ${fault}`);
  });
  return [...unscaled, ...unfit];
}

function faultsOfAutoscaler(
  { minReplicas, maxReplicas, metrics }: Parts['autoscalers'][number]['spec'],
  target: Workload,
  figures: ReadonlySet<string>,
): string[] {
  const faults: string[] = [];
  if (target.spec.replicas !== undefined) {
    faults.push('its Deployment says how many replicas it wants, too');
  }
  if (minReplicas > maxReplicas) faults.push('at least more than at most');
  for (const { resource, pods } of metrics) {
    const figure = pods?.metric.name;
    if (figure !== undefined && !figures.has(figure)) faults.push(`nobody exports ${figure}`);
    const name = resource?.name;
    if (name !== undefined && !containersOf(target).every((it) => name in it.resources.requests)) {
      faults.push(`a share of a request for ${name} that its pods do not make`);
    }
  }
  return faults;
}

function budgetsLetNodesGo({ disruptionBudgets, deployments, autoscalers }: Parts): string[] {
  const scaled = new Set(autoscalers.map(({ spec }) => spec.scaleTargetRef.name));
  return [
    ...disruptionBudgets
      .filter(
        ({ spec }) =>
          spec.maxUnavailable === undefined ||
          spec.maxUnavailable === 0 ||
          spec.maxUnavailable === '0%',
      )
      .map(
        ({ metadata }) =>
          `PodDisruptionBudget ${metadata.name}: no machine under it can ever be emptied`,
      ),
    ...deployments
      .filter((it) => scaled.has(it.metadata.name))
      .filter(
        (it) =>
          !disruptionBudgets.some(({ spec }) =>
            selects(spec.selector.matchLabels, labelsOfPods(it)),
          ),
      )
      .map(({ metadata }) => `Deployment ${metadata.name}: all of its pods may be evicted at once`),
  ];
}

function probesAreAnswered({ deployments }: Parts, { probePaths }: Surroundings): string[] {
  return deployments.flatMap((deployment) =>
    containersOf(deployment).flatMap((container) =>
      faultsOfProbes(container, probePaths).map(
        (fault) => `Deployment ${deployment.metadata.name}: ${fault}`,
      ),
    ),
  );
}

function faultsOfProbes(container: Container, probePaths: ReadonlySet<string>): string[] {
  const { ports, startupProbe, livenessProbe, readinessProbe } = container;
  const faults: string[] = [];
  for (const probe of [startupProbe, livenessProbe, readinessProbe]) {
    if (probe?.httpGet === undefined) continue;
    const { path, port } = probe.httpGet;
    if (!probePaths.has(path)) faults.push(`nobody answers ${path}`);
    if (!ports.some((it) => it.name === port)) {
      faults.push(`a probe asks port "${port}", which is not there`);
    }
  }
  if (ports.length === 0) return faults;
  if (readinessProbe === undefined) faults.push('is asked before it is ready');
  if (livenessProbe === undefined) faults.push('is kept when it hangs');
  return faults;
}

function resourcesAreSaid({ deployments }: Parts): string[] {
  return deployments.flatMap((deployment) =>
    containersOf(deployment).flatMap(({ resources }) => {
      const name = `Deployment ${deployment.metadata.name}`;
      return [
        ...(['cpu', 'memory'].every((it) => it in resources.requests)
          ? []
          : [`${name}: does not say what it needs`]),
        ...('memory' in resources.limits ? [] : [`${name}: may take all memory of its machine`]),
      ];
    }),
  );
}

/** Kubernetes kills a pod when its grace is over: what comes before must fit, or a drain is a crash. */
function drainsEndInTime(
  { deployments }: Parts,
  _: Surroundings,
  objects: readonly KubernetesObject[],
): string[] {
  const drainMs = Number(
    sharedSettings(objects)['MERIDIAN_PROCESS_SHUTDOWN_DEADLINE_MS'] ?? Number.NaN,
  );
  return deployments.filter(drains).flatMap(({ metadata, spec }) => {
    const graceS = spec.template.spec.terminationGracePeriodSeconds;
    const [container] = spec.template.spec.containers;
    const sleepS = container?.lifecycle?.preStop?.sleep?.seconds ?? 0;
    const neededS = sleepS + drainMs / 1_000 + AFTER_DRAIN_S;
    return graceS >= neededS
      ? []
      : [
          `Deployment ${metadata.name}: has ${graceS} s to end, and needs ${neededS}: its drain would be cut off`,
        ];
  });
}

/** Whether its pods run a process of ours that moves or ends what it has when it is told to stop. */
function drains(deployment: Workload): boolean {
  return containersOf(deployment).some(({ name }) => name === 'meridian');
}

function podsAreConfined({ deployments }: Parts): string[] {
  return deployments.flatMap(({ metadata, spec: { template } }) => {
    const { securityContext, serviceAccountName, automountServiceAccountToken } = template.spec;
    const hasIdleToken = serviceAccountName === undefined && automountServiceAccountToken !== false;
    const wrong = [
      [securityContext.runAsNonRoot !== true, 'may run as root'],
      [securityContext.seccompProfile?.type !== 'RuntimeDefault', 'may make any system call'],
      [hasIdleToken, "has a token for the cluster's API, and no use for it"],
      ...template.spec.containers.flatMap(({ securityContext: own }) => [
        [own.allowPrivilegeEscalation !== false, 'may gain privileges'],
        [own.readOnlyRootFilesystem !== true, 'may write to its own files'],
        [own.capabilities?.drop.includes('ALL') !== true, 'keeps capabilities'],
      ]),
    ];
    return wrong
      .filter(([isWrong]) => isWrong)
      .map(([, why]) => `Deployment ${metadata.name}: ${why}`);
  });
}

function podsAreReachableOnPurpose({ deployments, networkPolicies }: Parts): string[] {
  const closed = networkPolicies.some(
    ({ spec }) =>
      Object.keys(spec.podSelector.matchLabels).length === 0 &&
      spec.policyTypes.includes('Ingress') &&
      spec.policyTypes.includes('Egress') &&
      spec.ingress.length + spec.egress.length === 0,
  );
  const faults = closed ? [] : ['NetworkPolicy: everybody may talk to everybody'];
  for (const deployment of deployments) {
    if (!containersOf(deployment).some(({ ports }) => ports.length > 0)) continue;
    const isLetIn = networkPolicies.some(
      ({ spec }) =>
        spec.ingress.length > 0 && selects(spec.podSelector.matchLabels, labelsOfPods(deployment)),
    );
    if (!isLetIn) faults.push(`Deployment ${deployment.metadata.name}: nobody may reach it`);
  }
  return faults;
}

function imagesArePinned({ deployments }: Parts): string[] {
  return deployments.flatMap((deployment) =>
    containersOf(deployment)
      .filter(({ image }) => !/@sha256:[0-9a-f]{64}$/.test(image))
      .map(
        ({ image }) =>
          `Deployment ${deployment.metadata.name}: ${image} may be another image tomorrow`,
      ),
  );
}

function podsAreSpread({ deployments, autoscalers }: Parts): string[] {
  const scaled = new Set(autoscalers.map(({ spec }) => spec.scaleTargetRef.name));
  return deployments
    .filter(
      (it) =>
        scaled.has(it.metadata.name) &&
        it.spec.template.spec.topologySpreadConstraints.length === 0,
    )
    .map(({ metadata }) => `Deployment ${metadata.name}: one zone may take all of it`);
}

function secretsAreElsewhere(
  _: Parts,
  __: Surroundings,
  objects: readonly KubernetesObject[],
): string[] {
  return objects
    .filter(({ kind }) => kind === 'Secret')
    .map((it) => `${nameOf(it)}: secrets are not kept here`);
}

/** What all processes of ours are told by the ConfigMap `meridian`. */
export function sharedSettings(
  objects: readonly KubernetesObject[],
): Readonly<Record<string, string>> {
  const map = objects.find(
    ({ kind, metadata }) => kind === 'ConfigMap' && /^meridian(-|$)/.test(metadata.name),
  );
  return (map?.['data'] ?? {}) as Record<string, string>;
}

function containersOf({ spec }: Workload): readonly Container[] {
  return spec.template.spec.containers;
}

function labelsOfPods({ spec }: Workload): Readonly<Record<string, string>> {
  return spec.template.metadata.labels;
}
