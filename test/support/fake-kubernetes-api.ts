import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface FakePod {
  readonly name: string;
  readonly ip: string;
  readonly machine: string;
  readonly annotations: Record<string, string>;
  readonly isLeaving?: boolean;
}

/**
 * A fake of Kubernetes' API: lists pods and merges annotations, over TLS, for one token. It is what this project believes of the real one,
 * from its documentation (https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/), and no proof of more.
 */
export class FakeKubernetesApi implements AsyncDisposable {
  readonly pods: FakePod[] = [];
  /** Method and path of each request that was answered. */
  readonly requests: string[] = [];
  readonly #server: Server;
  /** Changes while it runs, as the kubelet renews tokens. */
  token: string;

  private constructor(server: Server, token: string) {
    this.#server = server;
    this.token = token;
  }

  static async open(options: {
    readonly key: string;
    readonly certificate: string;
    readonly token: string;
  }): Promise<FakeKubernetesApi> {
    const server = createServer({ key: options.key, cert: options.certificate });
    const api = new FakeKubernetesApi(server, options.token);
    server.on('request', async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      const answer =
        request.headers.authorization === `Bearer ${api.token}`
          ? api.#answer(request.method ?? '', request.url ?? '', request.headers, body)
          : { status: 401, body: {} };
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer.body));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return api;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get writes(): number {
    return this.requests.filter((it) => it.startsWith('PATCH')).length;
  }

  get rounds(): number {
    return this.requests.filter((it) => it.startsWith('GET')).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #answer(
    method: string,
    path: string,
    headers: Readonly<Record<string, unknown>>,
    body: string,
  ): { readonly status: number; readonly body: unknown } {
    this.requests.push(`${method} ${path}`);
    const list = '/api/v1/namespaces/meridian/pods';
    if (method === 'GET' && path === `${list}?labelSelector=app.kubernetes.io%2Fname%3Dgame`) {
      return { status: 200, body: { kind: 'PodList', items: this.pods.map(podObject) } };
    }
    const pod = this.pods.find(({ name }) => path === `${list}/${name}`);
    if (method !== 'PATCH' || pod === undefined) return { status: 404, body: {} };
    if (headers['content-type'] !== 'application/merge-patch+json')
      return { status: 415, body: {} };
    Object.assign(pod.annotations, JSON.parse(body).metadata.annotations);
    return { status: 200, body: podObject(pod) };
  }
}

function podObject({ name, ip, machine, annotations, isLeaving = false }: FakePod) {
  return {
    metadata: {
      name,
      annotations,
      ...(isLeaving ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
    },
    spec: { nodeName: machine },
    status: { phase: 'Running', podIP: ip },
  };
}
