import {
  API_PREFIX,
  type PartyBody,
  type PartyEntry,
  type PartyJoinRequest,
} from '../../src/protocol/index.ts';
import type { AuthorizedHttp } from './authorized-http.ts';
import { withLatencyTokens } from './latency-tokens.ts';
import { Listeners } from './listeners.ts';
import type { MatchmakingFeed } from './matchmaking-feed.ts';
import { MeridianError } from './meridian-error.ts';
import type { RegionsApi } from './regions-api.ts';

/** What the player's tickets need of him, besides his latencies. */
export type PartyWishes = Omit<PartyEntry, 'latencyTokens'>;

export interface PartiesApiDependencies {
  readonly http: Pick<AuthorizedHttp, 'request'>;
  readonly regions: Pick<RegionsApi, 'latencies' | 'probe'>;
  readonly feed: MatchmakingFeed;
}

const PATH = `${API_PREFIX}/parties`;

/** The party of the signed-in player: friends who queue together. */
export class PartiesApi {
  readonly #deps: PartiesApiDependencies;
  readonly #onChange = new Listeners<PartyBody | null>();
  #current: PartyBody | null = null;
  #letGo: (() => void) | null = null;

  constructor(deps: PartiesApiDependencies) {
    this.#deps = deps;
    deps.feed.onNews(({ party }) => {
      if (party !== undefined) this.#know(party);
    });
  }

  /** The party, as last heard of; null: none, or nothing was heard yet (a page that has just been loaded: `onChange`). */
  get current(): PartyBody | null {
    return this.#current;
  }

  /** Every change, beginning with the present state; null: no party (any more). @returns stops listening */
  onChange(listener: (party: PartyBody | null) => void): () => void {
    listener(this.#current);
    const remove = this.#onChange.add(listener);
    const letGo = this.#deps.feed.hold();
    return () => {
      remove();
      letGo();
    };
  }

  /**
   * Makes a party that this player leads.
   *
   * @throws {MeridianError} `PARTY_EXISTS`, `TOKEN_MISSING`, `NETWORK`, …
   */
  async create(wishes: PartyWishes = {}): Promise<PartyBody> {
    return await this.#enter(PATH, wishes);
  }

  /**
   * Joins a party by its code, upper or lower case; it is good in the party's region.
   *
   * @throws {MeridianError} `PARTY_UNKNOWN`, `PARTY_FULL`, `PARTY_EXISTS`, `BAD_REQUEST`, `TOKEN_MISSING`, `NETWORK`, …
   */
  async join(code: string, wishes: PartyWishes = {}): Promise<PartyBody> {
    return await this.#enter(`${PATH}/join`, { ...wishes, code });
  }

  /**
   * Leaves the party. Who leads it next is its second member; the ticket it waits on is cancelled.
   *
   * @throws {MeridianError} `PARTY_UNKNOWN` when the player is in none
   */
  async leave(): Promise<void> {
    try {
      await this.#deps.http.request('DELETE', `${PATH}/me`);
    } catch (error) {
      if (error instanceof MeridianError && error.code === 'PARTY_UNKNOWN') this.#know(null);
      throw error;
    }
    this.#deps.feed.renewGreeting();
    this.#know(null);
  }

  /** Another player may sign in. */
  forget(): void {
    this.#know(null);
  }

  async #enter(
    path: string,
    request: PartyWishes & Partial<Pick<PartyJoinRequest, 'code'>>,
  ): Promise<PartyBody> {
    const { http, regions, feed } = this.#deps;
    const party = await withLatencyTokens(regions, (tokens) =>
      http.request<PartyBody>('POST', path, { ...request, latencyTokens: tokens }),
    );
    feed.renewGreeting();
    this.#know(party);
    return party;
  }

  #know(party: PartyBody | null): void {
    const isNews = JSON.stringify(party) !== JSON.stringify(this.#current);
    this.#current = party;
    if (party !== null) this.#letGo ??= this.#deps.feed.hold();
    if (isNews) this.#onChange.emit(party);
    // Listeners may have made another one.
    if (this.#current !== null) return;
    this.#letGo?.();
    this.#letGo = null;
  }
}
