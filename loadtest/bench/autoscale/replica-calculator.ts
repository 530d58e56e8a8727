// How many pods one metric asks for: what Kubernetes' replica_calculator.go does
// (https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/podautoscaler/replica_calculator.go),
// told in https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details.

/** A pod as the autoscaler sees it. */
export interface PodSample {
  /**
   * `pending`: not on a machine, or its containers do not run. `initialising`: runs, but its CPU does not count yet.
   * `terminating`: on its way out.
   */
  readonly state: 'pending' | 'initialising' | 'running' | 'terminating';
  /** The metric: an amount, or percent of what was requested; null: nobody measured it. */
  readonly value: number | null;
}

export interface MetricQuestion {
  readonly currentReplicas: number;
  /** In the unit of the samples. */
  readonly target: number;
  /** What a pod without a value counts as when the others ask for fewer: 100 (%) of a resource, else `target`. */
  readonly missingValue: number;
  readonly tolerance: { readonly up: number; readonly down: number };
  /** Whether pods that start are left out: true for CPU, which is high while a process starts. */
  readonly ignoresInitialising: boolean;
}

/** @returns pods that the metric asks for; null: no pod has a value, which is no answer */
export function replicasFor(pods: readonly PodSample[], question: MetricQuestion): number | null {
  const { currentReplicas, target, tolerance } = question;
  const { ready, missing, unready } = grouped(pods, question.ignoresInitialising);
  if (ready.length === 0) return null;
  const ratio = mean(ready) / target;
  const emptyUnready = ratio > 1 ? unready : 0;
  if (emptyUnready === 0 && missing === 0) {
    return isWithin(ratio, tolerance) ? currentReplicas : ceil(ratio * ready.length);
  }
  // Who is not known is thought to be full when there seem too many, and empty when there seem too few: both ask for less change.
  const supposed = [
    ...ready,
    ...Array<number>(missing).fill(ratio < 1 ? question.missingValue : 0),
    ...Array<number>(emptyUnready).fill(0),
  ];
  const supposedRatio = mean(supposed) / target;
  const turnsRound = Math.sign(ratio - 1) * Math.sign(supposedRatio - 1) < 0;
  if (turnsRound || isWithin(supposedRatio, tolerance)) return currentReplicas;
  const replicas = ceil(supposedRatio * supposed.length);
  // Fewer pods counted than there are: never the other way than the ratio says.
  return supposedRatio > 1
    ? Math.max(replicas, currentReplicas)
    : Math.min(replicas, currentReplicas);
}

/**
 * Like {@link replicasFor}, for one figure of all pods together.
 *
 * @param total - null: nobody measured it
 */
export function replicasForTotal(
  total: number | null,
  question: Pick<MetricQuestion, 'currentReplicas' | 'target' | 'tolerance'>,
): number | null {
  if (total === null) return null;
  const { currentReplicas, target, tolerance } = question;
  const ratio = total / (target * currentReplicas);
  return isWithin(ratio, tolerance) ? currentReplicas : ceil(total / target);
}

function grouped(pods: readonly PodSample[], ignoresInitialising: boolean) {
  const ready: number[] = [];
  let missing = 0;
  let unready = 0;
  for (const { state, value } of pods) {
    if (state === 'terminating') continue;
    if (state === 'pending') unready++;
    else if (value === null) missing++;
    else if (state === 'initialising' && ignoresInitialising) unready++;
    else ready.push(value);
  }
  return { ready, missing, unready };
}

function isWithin(ratio: number, { up, down }: MetricQuestion['tolerance']): boolean {
  return ratio >= 1 - down - EPSILON && ratio <= 1 + up + EPSILON;
}

/** 1 − 0.9 is not 0.1 in binary, and three times a third is no more than one. */
const EPSILON = 1e-9;

function ceil(value: number): number {
  return Math.ceil(value - EPSILON);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
