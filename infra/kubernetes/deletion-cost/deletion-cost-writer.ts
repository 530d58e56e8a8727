import { deletionCostOf } from './deletion-cost.ts';
import type { GamePod, PodsApi } from './pods-api.ts';
import { seatsOfMetrics } from './seats-of-metrics.ts';

/** Of a node's answer, ms: a node that is slower than this has other worries. */
const METRICS_TIMEOUT_MS = 2_000;

/** What came of a round. */
export interface CostRound {
  readonly pods: number;
  readonly written: number;
  /** Pods that did not answer, or that the API did not let us write: the next round tries again. */
  readonly failed: readonly string[];
}

/** Keeps the deletion costs of game pods true. It knows nothing between two rounds: what is written is in Kubernetes. */
export class DeletionCostWriter {
  readonly #api: PodsApi;
  readonly #metricsPort: number;

  constructor(deps: { readonly api: PodsApi }, options: { readonly metricsPort: number }) {
    this.#api = deps.api;
    this.#metricsPort = options.metricsPort;
  }

  /**
   * Reads all pods, writes the costs that have changed.
   *
   * @throws {Error} when the API does not tell the pods
   */
  async round(): Promise<CostRound> {
    const pods = await this.#api.list();
    const podsOn = Map.groupBy(pods, ({ machine }) => machine);
    const outcomes = await Promise.all(
      pods.map(async (pod) => {
        try {
          return await this.#update(pod, podsOn.get(pod.machine)?.length ?? 1);
        } catch (error) {
          return `${pod.name}: ${String(error)}`;
        }
      }),
    );
    return {
      pods: pods.length,
      written: outcomes.filter((it) => it === 'written').length,
      failed: outcomes.filter((it) => it !== 'written' && it !== 'unchanged'),
    };
  }

  async #update(pod: GamePod, podsOnMachine: number): Promise<string> {
    const seats = await this.#seatsOf(pod);
    const cost = String(deletionCostOf({ seats, podsOnMachine }));
    if (cost === pod.deletionCost) return 'unchanged';
    await this.#api.writeDeletionCost(pod.name, cost);
    return 'written';
  }

  async #seatsOf({ ip }: GamePod): Promise<number> {
    const host = ip.includes(':') ? `[${ip}]` : ip;
    const response = await fetch(`http://${host}:${this.#metricsPort}/metrics`, {
      signal: AbortSignal.timeout(METRICS_TIMEOUT_MS),
    });
    const seats = seatsOfMetrics(await response.text());
    if (!response.ok || seats === null) throw new Error(`no metrics of a node: ${response.status}`);
    return seats;
  }
}
