import { readFile } from 'node:fs/promises';
import { z } from 'zod';

/** How `kubectl` calls it. */
const COST_ANNOTATION = 'controller.kubernetes.io/pod-deletion-cost';
const GAME_PODS = 'app.kubernetes.io/name=game';
/** Of an answer, ms: longer than a busy API server takes, shorter than a round. */
const TIMEOUT_MS = 5_000;

/** A game pod that runs. */
export interface GamePod {
  readonly name: string;
  readonly ip: string;
  /** The machine it is on. */
  readonly machine: string;
  /** As it is written now; null: it is not. */
  readonly deletionCost: string | null;
}

const podListSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({
        name: z.string(),
        annotations: z.record(z.string(), z.string()).default({}),
        deletionTimestamp: z.string().optional(),
      }),
      spec: z.object({ nodeName: z.string().optional() }),
      status: z.object({ phase: z.string().optional(), podIP: z.string().optional() }),
    }),
  ),
});

/** The two things this asks of Kubernetes' API. */
export class PodsApi {
  readonly #url: string;
  readonly #tokenFile: string;

  /**
   * @param options.url - of the API server, without a slash at its end
   * @param options.tokenFile - of the service account; read for each request, because the kubelet renews it
   */
  constructor(options: {
    readonly url: string;
    readonly namespace: string;
    readonly tokenFile: string;
  }) {
    this.#url = `${options.url}/api/v1/namespaces/${options.namespace}/pods`;
    this.#tokenFile = options.tokenFile;
  }

  /** @throws {Error} with the status when the API refuses */
  async list(): Promise<readonly GamePod[]> {
    const response = await this.#request(`?labelSelector=${encodeURIComponent(GAME_PODS)}`);
    const { items } = podListSchema.parse(await response.json());
    return items.flatMap(({ metadata, spec, status }) => {
      const { nodeName: machine } = spec;
      const { podIP: ip } = status;
      const isLeaving = metadata.deletionTimestamp !== undefined;
      if (isLeaving || status.phase !== 'Running') return [];
      if (ip === undefined || machine === undefined) return [];
      const deletionCost = metadata.annotations[COST_ANNOTATION] ?? null;
      return [{ name: metadata.name, ip, machine, deletionCost }];
    });
  }

  /** @throws {Error} with the status when the API refuses; 404: the pod has gone */
  async writeDeletionCost(podName: string, cost: string): Promise<void> {
    const response = await this.#request(`/${podName}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/merge-patch+json' },
      body: JSON.stringify({ metadata: { annotations: { [COST_ANNOTATION]: cost } } }),
    });
    await response.body?.cancel();
  }

  async #request(
    path: string,
    init: {
      readonly method?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    } = {},
  ): Promise<Response> {
    const token = (await readFile(this.#tokenFile, 'utf8')).trim();
    const response = await fetch(`${this.#url}${path}`, {
      ...init,
      headers: { ...init.headers, authorization: `Bearer ${token}`, accept: 'application/json' },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.ok) return response;
    await response.body?.cancel();
    throw new Error(`${init.method ?? 'GET'} pods${path}: ${response.status}`);
  }
}
