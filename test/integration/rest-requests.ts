import type { ErrorBody, SessionTokens } from '../../src/protocol/rest.ts';
import type { Reply, RequestOptions, RestServer } from './rest-server.ts';

/** How tests ask a server. @param before - to be waited for before each request */
export function requestsTo(
  url: string,
  before: () => Promise<void> = async () => {},
): Pick<RestServer, 'request' | 'signIn'> {
  const request = async (
    method: string,
    path: string,
    { body, token, headers }: RequestOptions = {},
  ): Promise<Reply> => {
    await before();
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = <T>(): T => JSON.parse(text) as T;
    const code = response.ok ? null : json<ErrorBody>().error.code;
    return { status: response.status, headers: response.headers, text, json, code };
  };
  return {
    request,
    signIn: async (displayName) => {
      const body = displayName === undefined ? {} : { displayName };
      return (await request('POST', '/v1/auth/guest', { body })).json<SessionTokens>();
    },
  };
}
