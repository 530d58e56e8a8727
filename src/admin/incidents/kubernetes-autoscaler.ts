import { readFile } from 'node:fs/promises';
import { request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { type Autoscaler, planLower, planRaise, type Replicas } from './autoscaler.ts';

/** On the autoscaler: `<incident> <least before> <least since>`. */
const RAISED_ANNOTATION = 'meridian.dev/raised-for';
/** Of an answer, ms: longer than a busy API server takes. */
const TIMEOUT_MS = 5_000;
/** Of an autoscaler with its status. */
const MOST_ANSWER_BYTES = 256 * 1024;

const autoscalerSchema = z.object({
  metadata: z.object({
    resourceVersion: z.string(),
    annotations: z.record(z.string(), z.string()).default({}),
  }),
  spec: z.object({ minReplicas: z.number().int().default(1), maxReplicas: z.number().int() }),
  status: z.object({ currentReplicas: z.number().int().default(0) }).prefault({}),
});

/**
 * The HorizontalPodAutoscaler of the game nodes, through Kubernetes' API
 * (https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/horizontal-pod-autoscaler-v2/). Needs `get` and `patch` of that
 * one object. What an alert raises is written on it, so that it is raised once and people see why.
 */
export class KubernetesAutoscaler implements Autoscaler {
  readonly #url: string;
  readonly #name: string;
  readonly #folder: string;

  /**
   * @param options.url - of the API server, without a slash at its end
   * @param options.serviceAccountFolder - where the kubelet puts token, certificate and namespace; read for each request: it renews them
   */
  constructor(options: {
    readonly url: string;
    readonly name: string;
    readonly serviceAccountFolder: string;
  }) {
    this.#url = options.url;
    this.#name = options.name;
    this.#folder = options.serviceAccountFolder;
  }

  async raise(incidentId: string): Promise<string> {
    const { replicas, version } = await this.#read();
    const plan = planRaise(replicas, incidentId);
    if (plan === 'already-raised') return `at least ${replicas.least} nodes`;
    if (typeof plan === 'string') throw new Error(`${this.#name} ${plan}: ${replicas.least}`);
    await this.#write(plan, `${incidentId} ${replicas.least} ${plan}`, version);
    return `at least ${plan} nodes instead of ${replicas.least}`;
  }

  async lower(incidentId: string): Promise<string> {
    const { replicas, version } = await this.#read();
    const plan = planLower(replicas, incidentId);
    if (plan !== null) {
      await this.#write(plan, null, version);
      return `at least ${plan} nodes again`;
    }
    if (replicas.raised?.incidentId === incidentId) {
      await this.#write(replicas.least, null, version);
    }
    return `at least ${replicas.least} nodes, as somebody has said since`;
  }

  async #read(): Promise<{ readonly replicas: Replicas; readonly version: string }> {
    const { metadata, spec, status } = autoscalerSchema.parse(await this.#request('GET'));
    const [incidentId = '', from, to] = (metadata.annotations[RAISED_ANNOTATION] ?? '').split(' ');
    return {
      version: metadata.resourceVersion,
      replicas: {
        least: spec.minReplicas,
        most: spec.maxReplicas,
        current: status.currentReplicas,
        raised: incidentId === '' ? null : { incidentId, from: Number(from), to: Number(to) },
      },
    };
  }

  /** Refused (409) when somebody has changed it since it was read. */
  async #write(least: number, raised: string | null, resourceVersion: string): Promise<void> {
    await this.#request('PATCH', {
      metadata: { resourceVersion, annotations: { [RAISED_ANNOTATION]: raised } },
      spec: { minReplicas: least },
    });
  }

  /** @throws {Error} with the status when the API refuses */
  async #request(method: 'GET' | 'PATCH', body?: object): Promise<unknown> {
    const [token, ca, namespace] = await Promise.all(
      ['token', 'ca.crt', 'namespace'].map((file) => readFile(`${this.#folder}/${file}`, 'utf8')),
    );
    const path = `/apis/autoscaling/v2/namespaces/${namespace?.trim()}/horizontalpodautoscalers/${this.#name}`;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const sent = httpsRequest(
      `${this.#url}${path}`,
      {
        ...{ method, ca, signal: AbortSignal.timeout(TIMEOUT_MS) },
        headers: {
          accept: 'application/json',
          authorization: `Bearer ${token?.trim()}`,
          ...(body === undefined ? {} : { 'content-type': 'application/merge-patch+json' }),
        },
      },
      (response) => {
        const status = response.statusCode ?? 0;
        if (Number(response.headers['content-length'] ?? 0) > MOST_ANSWER_BYTES || status >= 300) {
          response.destroy();
          reject(new Error(`${method} ${this.#name}: ${status}`));
          return;
        }
        text(response)
          .then((answer) => resolve(JSON.parse(answer)))
          .catch(reject);
      },
    );
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
    return await promise;
  }
}
