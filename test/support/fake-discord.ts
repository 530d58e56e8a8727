import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * A fake of Discord's OAuth 2.0 on loopback, written after its documentation: what is tested with it is our side of it, not Discord.
 * https://discord.com/developers/docs/topics/oauth2
 */
export class FakeDiscord implements AsyncDisposable {
  readonly clientId = '1122334455';
  readonly clientSecret = randomBytes(24).toString('base64url');
  /** Who signs in next, as `/users/@me` tells it. */
  user: object = { id: '80351110224678912', username: 'nelly', global_name: 'Nelly' };
  /** Answers everything so from now on; null: as it should. */
  broken: number | null = null;
  readonly #codes = new Map<string, { readonly challenge: string; readonly redirectUri: string }>();
  readonly #accessTokens = new Set<string>();
  readonly #server: Server;

  static async start(): Promise<FakeDiscord> {
    const fake = new FakeDiscord();
    fake.#server.listen(0, '127.0.0.1');
    await once(fake.#server, 'listening');
    return fake;
  }

  private constructor() {
    this.#server = createServer(async (request, response) => {
      const { status, headers, body } = await this.#answer(request);
      response.writeHead(status, headers).end(body);
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    const { pathname, searchParams } = new URL(request.url ?? '/', this.url);
    if (this.broken !== null) return answer(this.broken, { message: 'broken' });
    if (pathname === '/oauth2/authorize') return this.#authorize(searchParams);
    if (pathname === '/api/oauth2/token') {
      return this.#token(new URLSearchParams(await text(request)));
    }
    if (pathname === '/api/v10/users/@me') {
      const token = request.headers.authorization?.replace('Bearer ', '') ?? '';
      return this.#accessTokens.has(token)
        ? answer(200, this.user)
        : answer(401, { message: '401: Unauthorized', code: 0 });
    }
    return answer(404, { message: '404: Not Found', code: 0 });
  }

  #authorize(asked: URLSearchParams): Answer {
    const redirectUri = asked.get('redirect_uri') ?? '';
    const isAsked =
      asked.get('client_id') === this.clientId &&
      asked.get('response_type') === 'code' &&
      asked.get('scope') === 'identify';
    if (!isAsked) return answer(400, { error: 'invalid_request' });
    const code = randomBytes(15).toString('base64url');
    this.#codes.set(code, { challenge: asked.get('code_challenge') ?? '', redirectUri });
    const back = new URL(redirectUri);
    back.search = String(new URLSearchParams({ code, state: asked.get('state') ?? '' }));
    return { status: 302, headers: { Location: back.href }, body: '' };
  }

  #token(asked: URLSearchParams): Answer {
    const isOurs =
      asked.get('client_id') === this.clientId && asked.get('client_secret') === this.clientSecret;
    if (!isOurs) return answer(401, { error: 'invalid_client' });
    const code = asked.get('code') ?? '';
    const known = this.#codes.get(code);
    this.#codes.delete(code);
    const challenge = createHash('sha256')
      .update(asked.get('code_verifier') ?? '')
      .digest('base64url');
    if (known?.challenge !== challenge || known.redirectUri !== asked.get('redirect_uri')) {
      return answer(400, { error: 'invalid_grant' });
    }
    const accessToken = randomBytes(20).toString('base64url');
    this.#accessTokens.add(accessToken);
    const lasting = { expires_in: 604_800, refresh_token: 'unused', scope: 'identify' };
    return answer(200, { access_token: accessToken, token_type: 'Bearer', ...lasting });
  }
}

function answer(status: number, body: object): Answer {
  const headers = { 'Content-Type': 'application/json' };
  return { status, headers, body: JSON.stringify(body) };
}
