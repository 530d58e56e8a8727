import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';

const NAME = 'game';
const PATH = `/apis/autoscaling/v2/namespaces/meridian/horizontalpodautoscalers/${NAME}`;

interface Patch {
  readonly metadata: {
    readonly resourceVersion?: string;
    readonly annotations?: Readonly<Record<string, string | null>>;
  };
  readonly spec: { readonly minReplicas?: number };
}

/**
 * A fake of Kubernetes' API with one HorizontalPodAutoscaler, `game` in the namespace `meridian`: reads and merge patches over TLS, for one
 * token. It is what this project believes of the real one, from its documentation
 * (https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/horizontal-pod-autoscaler-v2/), and no proof of more. It adds no pods.
 */
export class FakeAutoscalerApi implements AsyncDisposable {
  least = 4;
  most = 20;
  current = 4;
  readonly annotations: Record<string, string> = {};
  token: string;
  /** How often it was changed through the API. */
  writes = 0;
  /** Called after it was read. */
  onRead: () => void = () => {};
  /** Awaited after it was changed, before that is answered. */
  onWritten: () => Promise<void> = async () => {};
  #version = 1;
  readonly #server: Server;

  private constructor(server: Server, token: string) {
    this.#server = server;
    this.token = token;
  }

  static async open(options: {
    readonly key: string;
    readonly certificate: string;
    readonly token: string;
  }): Promise<FakeAutoscalerApi> {
    const server = createServer({ key: options.key, cert: options.certificate });
    const api = new FakeAutoscalerApi(server, options.token);
    server.on('request', async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      const answer =
        request.headers.authorization === `Bearer ${api.token}`
          ? api.#answer(`${request.method} ${request.url}`, request.headers['content-type'], body)
          : { status: 401, body: {} };
      if (request.method === 'PATCH' && answer.status === 200) await api.onWritten();
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer.body));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return api;
  }

  get url(): string {
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Somebody else changes it: a deploy, or a person. */
  changedTo(least: number): void {
    this.least = least;
    this.#version += 1;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #answer(
    request: string,
    contentType: string | undefined,
    body: string,
  ): { readonly status: number; readonly body: unknown } {
    if (request === `GET ${PATH}`) {
      const seen = this.#object();
      this.onRead();
      return { status: 200, body: seen };
    }
    if (request !== `PATCH ${PATH}`) return { status: 404, body: {} };
    if (contentType !== 'application/merge-patch+json') return { status: 415, body: {} };
    return this.#patched(JSON.parse(body) as Patch);
  }

  #patched({ metadata, spec }: Patch): { readonly status: number; readonly body: unknown } {
    const { resourceVersion, annotations = {} } = metadata;
    if (resourceVersion !== undefined && resourceVersion !== String(this.#version)) {
      return { status: 409, body: { reason: 'Conflict' } };
    }
    const least = spec.minReplicas ?? this.least;
    if (least < 1 || least > this.most) return { status: 422, body: { reason: 'Invalid' } };
    for (const [name, value] of Object.entries(annotations)) {
      if (value === null) delete this.annotations[name];
      else this.annotations[name] = value;
    }
    this.changedTo(least);
    this.writes += 1;
    return { status: 200, body: this.#object() };
  }

  #object() {
    return {
      kind: 'HorizontalPodAutoscaler',
      metadata: {
        ...{ name: NAME, namespace: 'meridian', resourceVersion: String(this.#version) },
        // Kubernetes leaves out what is empty.
        ...(Object.keys(this.annotations).length === 0
          ? {}
          : { annotations: { ...this.annotations } }),
      },
      spec: { minReplicas: this.least, maxReplicas: this.most },
      status: { currentReplicas: this.current, desiredReplicas: this.current },
    };
  }
}
