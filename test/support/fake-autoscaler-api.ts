import {
  type ApiAnswer,
  type ApiRequest,
  FakeClusterApi,
  type FakeClusterOptions,
} from './fake-cluster-api.ts';

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
export class FakeAutoscalerApi extends FakeClusterApi {
  least = 4;
  most = 20;
  current = 4;
  readonly annotations: Record<string, string> = {};
  /** How often it was changed through the API. */
  writes = 0;
  /** Called after it was read. */
  onRead: () => void = () => {};
  /** Awaited after it was changed, before that is answered. */
  onWritten: () => Promise<void> = async () => {};
  #version = 1;

  static async open(options: FakeClusterOptions): Promise<FakeAutoscalerApi> {
    return await new FakeAutoscalerApi(options).listen();
  }

  get url(): string {
    return `https://127.0.0.1:${this.port}`;
  }

  /** Somebody else changes it: a deploy, or a person. */
  changedTo(least: number): void {
    this.least = least;
    this.#version += 1;
  }

  protected override async answer({ method, path, headers, body }: ApiRequest): Promise<ApiAnswer> {
    if (path !== PATH) return { status: 404, body: {} };
    if (method === 'GET') {
      const seen = this.#object();
      this.onRead();
      return { status: 200, body: seen };
    }
    if (method !== 'PATCH') return { status: 404, body: {} };
    if (headers['content-type'] !== 'application/merge-patch+json')
      return { status: 415, body: {} };
    const answer = this.#patched(JSON.parse(body) as Patch);
    if (answer.status === 200) await this.onWritten();
    return answer;
  }

  #patched({ metadata, spec }: Patch): ApiAnswer {
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
