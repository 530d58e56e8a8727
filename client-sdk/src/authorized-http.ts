import type { ClientTrace } from './client-traces.ts';
import { signedOutError } from './error-mapping.ts';
import type { HttpJson, JsonRequest } from './http-json.ts';
import { MeridianError } from './meridian-error.ts';
import type { Session } from './session.ts';

/** Requests in the name of the signed-in player. */
export class AuthorizedHttp {
  readonly #http: HttpJson;
  readonly #session: Session;

  constructor(http: HttpJson, session: Session) {
    this.#http = http;
    this.#session = session;
  }

  /** @throws {MeridianError} `TOKEN_MISSING` before sign-in, or the server's code */
  async request<Reply>(
    method: JsonRequest['method'],
    path: string,
    body?: unknown,
    trace: ClientTrace | null = null,
  ): Promise<Reply> {
    const accessToken = await this.#session.accessToken();
    if (accessToken === null) throw signedOutError();
    return await this.#requestWith<Reply>(accessToken, { method, path, body, trace });
  }

  /** Like `request`, but without a token when nobody is signed in: stock Colyseus servers need none. */
  async requestIfSignedIn<Reply>(request: Omit<JsonRequest, 'accessToken'>): Promise<Reply> {
    const accessToken = await this.#session.accessToken();
    if (accessToken === null) return await this.#http.request<Reply>(request);
    return await this.#requestWith<Reply>(accessToken, request);
  }

  async #requestWith<Reply>(
    accessToken: string,
    request: Omit<JsonRequest, 'accessToken'>,
  ): Promise<Reply> {
    try {
      return await this.#http.request<Reply>({ ...request, accessToken });
    } catch (error) {
      // Once only: a token that is refused right after it was issued will not get better.
      if (!(error instanceof MeridianError) || !isStale(error)) throw error;
      const fresh = await this.#session.refresh(accessToken);
      return await this.#http.request<Reply>({ ...request, accessToken: fresh });
    }
  }
}

/** Whether a refresh may help: the sign-in may be good where its token is not any more. */
function isStale({ code }: MeridianError): boolean {
  return code === 'TOKEN_EXPIRED' || code === 'TOKEN_REVOKED';
}
