import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Provider } from 'oidc-provider';

const CLIENT_ID = 'meridian-under-test';

/** A real OpenID provider (oidc-provider, which is certified) on loopback. Whatever login one types is who one is. */
export class LocalOidcProvider implements AsyncDisposable {
  readonly clientId = CLIENT_ID;
  readonly clientSecret = randomBytes(24).toString('base64url');
  /** Token requests that it has answered: method and path. */
  readonly requests: string[] = [];
  readonly #server: Server;
  #provider: Provider | undefined;

  static async start(redirectUris: readonly string[]): Promise<LocalOidcProvider> {
    const local = new LocalOidcProvider();
    await local.#open(redirectUris);
    return local;
  }

  async #open(redirectUris: readonly string[]): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#provider = new Provider(this.issuer, this.#configuration(redirectUris));
  }

  private constructor() {
    this.#server = createServer((request, response) => {
      this.requests.push(`${request.method} ${request.url?.split('?')[0]}`);
      const isInteraction = request.url?.startsWith('/interaction/') === true;
      if (isInteraction) void this.#interact(request, response);
      else this.#provider?.callback()(request, response);
    });
  }

  get issuer(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #configuration(redirectUris: readonly string[]): object {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    return {
      clients: [
        {
          client_id: CLIENT_ID,
          client_secret: this.clientSecret,
          redirect_uris: redirectUris,
          response_types: ['code'],
          grant_types: ['authorization_code'],
          token_endpoint_auth_method: 'client_secret_post',
          id_token_signed_response_alg: 'ES256',
        },
      ],
      jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig' }] },
      cookies: { keys: [randomBytes(16).toString('hex')] },
      features: { devInteractions: { enabled: false } },
      interactions: {
        url: (_context: unknown, { uid }: { readonly uid: string }) => `/interaction/${uid}`,
      },
      pkce: { required: () => true },
      findAccount: (_context: unknown, accountId: string) => ({
        accountId,
        claims: async () => ({ sub: accountId }),
      }),
      ttl: {
        AccessToken: 60,
        AuthorizationCode: 60,
        IdToken: 60,
        Interaction: 60,
        Session: 60,
        Grant: 60,
      },
    };
  }

  /** Its page: a form with a login, or a button that refuses. */
  async #interact(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const provider = this.#provider as Provider;
    if (request.method === 'GET') {
      response.setHeader('Content-Type', 'text/html');
      response.end(
        `<form method="post"><input name="login" autofocus><button>Sign in</button></form>`,
      );
      return;
    }
    const { params } = await provider.interactionDetails(request, response);
    const accountId = new URLSearchParams(await text(request)).get('login');
    if (accountId === null || accountId === '') {
      await provider.interactionFinished(request, response, { error: 'access_denied' });
      return;
    }
    const grant = new provider.Grant({ accountId, clientId: params.client_id });
    grant.addOIDCScope('openid');
    const consent = { grantId: await grant.save() };
    await provider.interactionFinished(request, response, { login: { accountId }, consent });
  }
}

/**
 * What a player's browser does at the provider: opens its page, types his login, and is sent back.
 *
 * @param login - empty: he refuses
 * @returns the address that he comes back to
 */
export async function visitProvider(authorizationUrl: string, login: string): Promise<string> {
  const cookies = new Map<string, string>();
  const { origin } = new URL(authorizationUrl);
  let url = authorizationUrl;
  let body: URLSearchParams | undefined;
  for (let steps = 0; steps < 10; steps += 1) {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { Cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(body === undefined ? {} : { method: 'POST', body }),
    });
    body = undefined;
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      cookies.set(name, value);
    }
    const location = response.headers.get('location');
    if (location === null) {
      if (!response.ok) throw new Error(`The provider says: ${await response.text()}`);
      body = new URLSearchParams({ login });
      continue;
    }
    url = new URL(location, url).href;
    if (new URL(url).origin !== origin) return url;
  }
  throw new Error('The provider sends the player around.');
}
