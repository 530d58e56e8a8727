import { z } from 'zod';
import { GameError } from '../../errors/game-error.ts';
import type { ExternalIdentity, TicketProvider } from './identity-provider.ts';
import { PROVIDER_TIMEOUT_S } from './oauth-provider.ts';
import { refused, unavailable } from './provider-failure.ts';

export interface SteamOptions {
  readonly id: string;
  readonly url: string;
  readonly appId: number;
  readonly webApiKey: string;
  readonly identity: string;
}

/** Bytes in hex, as `GetAuthTicketForWebApi` gives them; about 480 digits, 2560 bytes at most. */
const TICKET = /^(?:[\da-f]{2}){1,2560}$/i;

/** https://partner.steamgames.com/doc/webapi/ISteamUserAuth#AuthenticateUserTicket */
const Reply = z.object({
  response: z.object({
    params: z
      .object({
        result: z.string(),
        /** 64 bits, decimal. */
        steamid: z.string().regex(/^\d{1,20}$/),
        publisherbanned: z.boolean().optional(),
      })
      .optional(),
    error: z.object({ errorcode: z.number() }).optional(),
  }),
});

/** Steam: the game asks its client for a ticket, and Steam's Web API says whose it is. No password and no page. */
export class SteamProvider implements TicketProvider {
  readonly flow = 'ticket';
  readonly #options: SteamOptions;

  constructor(options: SteamOptions) {
    this.#options = options;
  }

  get id(): string {
    return this.#options.id;
  }

  async check(ticket: string): Promise<ExternalIdentity> {
    if (!TICKET.test(ticket)) throw refused(this.id, 'ticket_malformed');
    const { response } = await this.#ask(ticket);
    const { params } = response;
    if (params === undefined || params.result !== 'OK') throw refused(this.id, 'ticket_invalid');
    if (params.publisherbanned === true) throw refused(this.id, 'publisher_banned');
    return { subject: params.steamid };
  }

  async #ask(ticket: string): Promise<z.infer<typeof Reply>> {
    const { url, appId, webApiKey, identity } = this.#options;
    const address = new URL('/ISteamUserAuth/AuthenticateUserTicket/v1/', url);
    address.search = String(new URLSearchParams({ appid: String(appId), ticket, identity }));
    let reply: Response;
    try {
      reply = await fetch(address, {
        // In a header and not in the address, which proxies write down.
        headers: { 'x-webapi-key': webApiKey },
        signal: AbortSignal.timeout(PROVIDER_TIMEOUT_S * 1_000),
        redirect: 'error',
      });
    } catch (error) {
      // Not the error itself: it may name the address, and that has the ticket.
      throw unavailable(this.id, 'no_answer', (error as Error).name);
    }
    // 403: Steam does not know our key.
    if (!reply.ok) throw unavailable(this.id, `http_${reply.status}`);
    const parsed = Reply.safeParse(await reply.json().catch(() => null));
    if (!parsed.success) throw new GameError('PROVIDER_UNAVAILABLE', { provider: this.id });
    return parsed.data;
  }
}
