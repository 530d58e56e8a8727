import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const NOT_OK = { response: { error: { errorcode: 101, errordesc: 'Invalid ticket' } } };

/**
 * A fake of Steam's Web API on loopback, written after its documentation: what is tested with it is our side of it, not Steam.
 * https://partner.steamgames.com/doc/webapi/ISteamUserAuth#AuthenticateUserTicket
 */
export class FakeSteam implements AsyncDisposable {
  readonly appId = 480;
  readonly webApiKey = randomBytes(16).toString('hex').toUpperCase();
  /** Answers everything so from now on; null: as it should. */
  broken: { readonly status: number; readonly body: string } | null = null;
  /** Addresses that it was asked, as an access log of a proxy would have them. */
  readonly addresses: string[] = [];
  readonly #tickets = new Map<string, { readonly steamId: string; readonly banned: boolean }>();
  readonly #server: Server;

  static async start(): Promise<FakeSteam> {
    const fake = new FakeSteam();
    fake.#server.listen(0, '127.0.0.1');
    await once(fake.#server, 'listening');
    return fake;
  }

  private constructor() {
    this.#server = createServer((request, response) => {
      this.addresses.push(request.url ?? '');
      const { status, body } = this.broken ?? this.#answer(request);
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(body);
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** What the game's client gets of Steam, for `identity` "meridian". */
  issueTicket(steamId: string, { banned = false } = {}): string {
    const ticket = randomBytes(234).toString('hex');
    this.#tickets.set(ticket, { steamId, banned });
    return ticket;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #answer(request: IncomingMessage): { readonly status: number; readonly body: string } {
    const { pathname, searchParams } = new URL(request.url ?? '/', this.url);
    const isAsked =
      pathname === '/ISteamUserAuth/AuthenticateUserTicket/v1/' &&
      request.headers['x-webapi-key'] === this.webApiKey &&
      searchParams.get('appid') === String(this.appId) &&
      searchParams.get('identity') === 'meridian';
    if (!isAsked) return { status: 403, body: '<html>Forbidden</html>' };
    const known = this.#tickets.get(searchParams.get('ticket') ?? '');
    if (known === undefined) return { status: 200, body: JSON.stringify(NOT_OK) };
    const { steamId: steamid, banned: publisherbanned } = known;
    const owner = { steamid, ownersteamid: steamid, vacbanned: false, publisherbanned };
    return {
      status: 200,
      body: JSON.stringify({ response: { params: { result: 'OK', ...owner } } }),
    };
  }
}
