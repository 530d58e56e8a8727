// The controller's loop, every 15 s: each metric says how many pods it wants, the largest counts; windows and policies of `behavior`
// then say how much of that is done now. Source: pkg/controller/podautoscaler/horizontal.go, and
// https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#configurable-scaling-behavior.

import type { AutoscalerSpec, MetricTarget, ScalingRules } from './autoscaler-spec.ts';
import { type PodSample, replicasFor, replicasForTotal } from './replica-calculator.ts';

/** `--horizontal-pod-autoscaler-sync-period`. */
export const SYNC_PERIOD_S = 15;

/** Something that was wished for, or done, at a time in seconds. */
interface At {
  readonly atS: number;
  readonly count: number;
}

/** What the autoscaler is told when it asks. */
export interface Readings {
  /** What is known of each pod, for a metric of pods. */
  samplesOf(metric: MetricTarget): readonly PodSample[];
  /** The figure of all of them, for a metric of an object; null: nobody knows. */
  totalOf(metric: MetricTarget): number | null;
}

/** Pods added and removed so far, newest last. */
export interface ScaleHistory {
  readonly added: readonly At[];
  readonly removed: readonly At[];
}

export class HorizontalAutoscaler {
  readonly #spec: AutoscalerSpec;
  #wishes: At[] = [];
  #added: At[] = [];
  #removed: At[] = [];

  constructor(spec: AutoscalerSpec) {
    this.#spec = spec;
  }

  /**
   * One round.
   *
   * @param nowS - time in seconds, later than in the round before
   * @param currentReplicas - what was last asked for, whether these pods exist yet or not
   * @returns how many pods there shall be
   */
  sync(nowS: number, currentReplicas: number, readings: Readings): number {
    const replicas = this.#decide(nowS, currentReplicas, readings);
    const count = Math.abs(replicas - currentReplicas);
    if (replicas > currentReplicas) this.#added.push({ atS: nowS, count });
    if (replicas < currentReplicas) this.#removed.push({ atS: nowS, count });
    this.#forget(nowS);
    return replicas;
  }

  #decide(nowS: number, currentReplicas: number, readings: Readings): number {
    const { minReplicas, maxReplicas } = this.#spec;
    // Outside of its bounds nobody is asked.
    if (currentReplicas > maxReplicas) return maxReplicas;
    if (currentReplicas < minReplicas) return minReplicas;
    const wish = this.#wish(currentReplicas, readings);
    if (wish === null) return currentReplicas;
    const stable = stabilized(this.#wishes, this.#spec, { nowS, currentReplicas, wish });
    this.#wishes.push({ atS: nowS, count: wish });
    const history = { added: this.#added, removed: this.#removed };
    return limited(stable, this.#spec, { nowS, currentReplicas, history });
  }

  /** The largest of what the metrics ask for; null: one of them has no answer, and the others would have fewer. */
  #wish(currentReplicas: number, readings: Readings): number | null {
    const { metrics, scaleUp, scaleDown } = this.#spec;
    const tolerance = { up: scaleUp.tolerance, down: scaleDown.tolerance };
    const wishes = metrics.map((metric) => {
      const isResource = metric.kind === 'resource';
      const target = isResource ? metric.averageUtilization : metric.averageValue;
      const question = { currentReplicas, target, tolerance };
      if (metric.kind === 'object') return replicasForTotal(readings.totalOf(metric), question);
      return replicasFor(readings.samplesOf(metric), {
        ...question,
        missingValue: isResource ? 100 : target,
        ignoresInitialising: isResource && metric.name === 'cpu',
      });
    });
    const known = wishes.filter((it) => it !== null);
    if (known.length === 0) return null;
    const largest = Math.max(...known);
    return known.length < wishes.length && largest < currentReplicas ? null : largest;
  }

  /** What is older than any window or period. */
  #forget(nowS: number): void {
    const { scaleUp, scaleDown } = this.#spec;
    const longestS = Math.max(
      ...[scaleUp, scaleDown].flatMap((rules) => [
        rules.stabilizationWindowSeconds,
        ...rules.policies.map(({ periodSeconds }) => periodSeconds),
      ]),
    );
    const isRecent = ({ atS }: At) => atS > nowS - longestS;
    this.#wishes = this.#wishes.filter(isRecent);
    this.#added = this.#added.filter(isRecent);
    this.#removed = this.#removed.filter(isRecent);
  }
}

/** Up to the least that was wished for in the window of scaling up, down to the most in that of scaling down. */
function stabilized(
  wishes: readonly At[],
  { scaleUp, scaleDown }: AutoscalerSpec,
  now: { readonly nowS: number; readonly currentReplicas: number; readonly wish: number },
): number {
  const within = (seconds: number) => [
    now.wish,
    ...wishes.filter(({ atS }) => atS > now.nowS - seconds).map(({ count }) => count),
  ];
  const least = Math.min(...within(scaleUp.stabilizationWindowSeconds));
  const most = Math.max(...within(scaleDown.stabilizationWindowSeconds));
  return Math.min(Math.max(now.currentReplicas, least), most);
}

/** As much of it as the policies and the bounds of the whole allow now. */
function limited(
  wish: number,
  spec: AutoscalerSpec,
  now: {
    readonly nowS: number;
    readonly currentReplicas: number;
    readonly history: ScaleHistory;
  },
): number {
  const { currentReplicas } = now;
  if (wish > currentReplicas) {
    const limit = Math.max(currentReplicas, scaleUpLimit(spec.scaleUp, now));
    return Math.min(wish, limit, spec.maxReplicas);
  }
  if (wish < currentReplicas) {
    const limit = Math.min(currentReplicas, scaleDownLimit(spec.scaleDown, now));
    return Math.max(wish, limit, spec.minReplicas);
  }
  return wish;
}

interface Moment {
  readonly nowS: number;
  readonly currentReplicas: number;
  readonly history: ScaleHistory;
}

/** The most pods that `rules` allow now. */
export function scaleUpLimit(rules: ScalingRules, moment: Moment): number {
  if (rules.selectPolicy === 'Disabled') return moment.currentReplicas;
  const limits = rules.policies.map(({ type, value, periodSeconds }) => {
    const start = replicasAtStart(moment, periodSeconds);
    return type === 'Pods' ? start + value : Math.ceil(start * (1 + value / 100) - 1e-9);
  });
  return rules.selectPolicy === 'Min' ? Math.min(...limits) : Math.max(...limits);
}

/** The fewest. */
export function scaleDownLimit(rules: ScalingRules, moment: Moment): number {
  if (rules.selectPolicy === 'Disabled') return moment.currentReplicas;
  const limits = rules.policies.map(({ type, value, periodSeconds }) => {
    const start = replicasAtStart(moment, periodSeconds);
    // Cut off, not rounded: of 10 pods 15 % leave 8.
    return type === 'Pods' ? start - value : Math.trunc(start * (1 - value / 100) + 1e-9);
  });
  // The policy that changes least leaves most.
  return rules.selectPolicy === 'Min' ? Math.max(...limits) : Math.min(...limits);
}

/** How many there were when the period began that ends now. */
function replicasAtStart({ nowS, currentReplicas, history }: Moment, periodS: number): number {
  const sum = (changes: readonly At[]) =>
    changes.reduce((total, { atS, count }) => (atS > nowS - periodS ? total + count : total), 0);
  return currentReplicas - sum(history.added) + sum(history.removed);
}
