import {
  type ApiAnswer,
  type ApiRequest,
  FakeClusterApi,
  type FakeClusterOptions,
} from './fake-cluster-api.ts';

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
export class FakeKubernetesApi extends FakeClusterApi {
  readonly pods: FakePod[] = [];
  /** Method and path of each request that was answered. */
  readonly requests: string[] = [];

  static async open(options: FakeClusterOptions): Promise<FakeKubernetesApi> {
    return await new FakeKubernetesApi(options).listen();
  }

  get writes(): number {
    return this.requests.filter((it) => it.startsWith('PATCH')).length;
  }

  get rounds(): number {
    return this.requests.filter((it) => it.startsWith('GET')).length;
  }

  protected override answer({ method, path, headers, body }: ApiRequest): ApiAnswer {
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
