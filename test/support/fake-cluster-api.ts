import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface FakeClusterOptions {
  /** PEM, both. */
  readonly key: string;
  readonly certificate: string;
  readonly token: string;
}

export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** What fakes of Kubernetes' API have in common: JSON over TLS, for one token. */
export abstract class FakeClusterApi implements AsyncDisposable {
  readonly #server: Server;
  /** Changes while it runs, as the kubelet renews tokens. */
  token: string;

  protected constructor({ key, certificate, token }: FakeClusterOptions) {
    this.token = token;
    this.#server = createServer({ key, cert: certificate });
    this.#server.on('request', async (request, response) => {
      const { method = '', url: path = '', headers } = request;
      let body = '';
      for await (const chunk of request) body += chunk;
      const isKnown = headers.authorization === `Bearer ${this.token}`;
      const answer = isKnown
        ? await this.answer({ method, path, headers, body })
        : { status: 401, body: {} };
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer.body));
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  protected async listen(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  /** To who has the token. */
  protected abstract answer(request: ApiRequest): ApiAnswer | Promise<ApiAnswer>;
}
