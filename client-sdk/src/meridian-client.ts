import type { Client as ColyseusClient, SeatReservation } from '@colyseus/sdk';
import { MATCHMAKING_PATH, type MatchSeat, type SeatExtras } from '../../src/protocol/index.ts';
import { AuthApi } from './auth-api.ts';
import { AuthorizedHttp } from './authorized-http.ts';
import { browserOfPage } from './browser-page.ts';
import { type ClientTrace, ClientTraces } from './client-traces.ts';
import { exclusively, pageOrigin } from './host.ts';
import { type FetchFunction, HttpJson } from './http-json.ts';
import { nextJoinInMs } from './join-retry.ts';
import type { NodeAddress } from './known-nodes.ts';
import { MatchmakingApi } from './matchmaking-api.ts';
import { MatchmakingFeed } from './matchmaking-feed.ts';
import { MeridianError } from './meridian-error.ts';
import type { MeridianRoom, MeridianRoomOptions } from './meridian-room.ts';
import { PartiesApi } from './parties-api.ts';
import { ProfileApi } from './profile-api.ts';
import { RegionsApi } from './regions-api.ts';
import { RegionDoors, type RoomDoor } from './room-door.ts';
import { Session, type SignedInPlayer } from './session.ts';
import { defaultStorage, type SessionStorage } from './session-storage.ts';
import type { TextSocket } from './text-socket.ts';

/** What a join hands to the room; the room's `filterBy` decides which of it must be equal. */
export type JoinOptions = Readonly<Record<string, unknown>>;

/** In which region a room is; nothing: in that of the endpoint. */
export interface RoomWhere {
  /** As `MatchSeat` and `GET /v1/regions` name it. */
  readonly regionId?: string;
}

/** One entry per room name: what its state looks like and which options it takes. */
export type RoomTypes = Readonly<
  Record<string, { readonly state: unknown; readonly options?: unknown }>
>;

/** Options of `new MeridianClient()`; all have defaults. */
export interface MeridianClientOptions extends MeridianRoomOptions {
  /** Where the session is kept; `localStorage` where there is one, else memory. AsyncStorage fits. */
  readonly storage?: SessionStorage;
  /** Deadline of every HTTP request, in ms. */
  readonly requestTimeoutMs?: number;
  /** Deadline of a join, in ms: from the seat to the first word of the room, and until when lost tries are repeated. */
  readonly joinTimeoutMs?: number;
  /**
   * Share of joins and queue entries that are traced from the click on, 0–1; none when absent. Servers tell what became of them, as far as
   * they trace. Leave it out for stock Colyseus servers: their CORS does not allow its header.
   */
  readonly traceRatio?: number;
  /** Instead of the global `fetch`. */
  readonly fetch?: FetchFunction;
}

type OptionsOf<Rooms extends RoomTypes, Name extends keyof Rooms> = Rooms[Name] extends {
  readonly options: infer Options;
}
  ? Options
  : JoinOptions;

/** Any name while the rooms are not mapped; none that is not mapped once they are. */
type UnmappedName<Rooms extends RoomTypes> = [keyof Rooms] extends [never] ? string : never;

// biome-ignore lint/complexity/noBannedTypes: the map without entries is exactly {}
type NoRooms = {};

/**
 * A player's way into a Meridian server.
 *
 * @example
 * const client = new MeridianClient<{ arena: { state: ArenaState; options: { map: string } } }>('https://play.example');
 * await client.signInAsGuest();
 * const room = await client.joinOrCreate('arena', { map: 'harbour' });
 * room.onStateChange((state) => draw(state));
 */
export class MeridianClient<Rooms extends RoomTypes = NoRooms> {
  /** The stock client below. Its joins carry no token; use it for what Meridian does not wrap. */
  readonly colyseus: ColyseusClient;
  /** Accounts: ways to sign in besides as a guest, and what is linked. */
  readonly auth: AuthApi;
  /** The signed-in player's own profile. */
  readonly profile: ProfileApi;
  /** The regions, and how far they are from here. */
  readonly regions: RegionsApi;

  /** Queues: who waits for a match, and how long. */
  readonly matchmaking: MatchmakingApi;
  /** Friends who queue together. */
  readonly parties: PartiesApi;

  readonly #session: Session;
  readonly #http: AuthorizedHttp;
  readonly #joinTimeoutMs: number;
  readonly #doors: RegionDoors;
  readonly #traces: ClientTraces;
  readonly #feed: MatchmakingFeed;

  /**
   * @param endpoint - `http(s)://` or `ws(s)://` address of the server, a path prefix included; the page's own origin when
   *   absent in a browser, else `http://localhost:2567`
   */
  constructor(
    endpoint: string = pageOrigin() ?? 'http://localhost:2567',
    options: MeridianClientOptions = {},
  ) {
    const baseUrl = endpoint.replace(/^ws/, 'http').replace(/\/+$/, '');
    const storage = options.storage ?? defaultStorage();
    const fetch: FetchFunction = options.fetch ?? ((url, init) => globalThis.fetch(url, init));
    const timeoutMs = options.requestTimeoutMs ?? 10_000;
    const http = new HttpJson({ baseUrl, fetch, timeoutMs });
    this.#session = new Session({
      http,
      storage,
      storageKey: `meridian.session ${baseUrl}`,
      nowMs: Date.now,
      exclusively,
    });
    this.#http = new AuthorizedHttp(http, this.#session);
    this.profile = new ProfileApi(this.#http, () => this.signOut());
    const openSocket = (url: string) => new globalThis.WebSocket(url) as TextSocket;
    const nowMs = () => performance.now();
    const session = this.#session;
    this.regions = new RegionsApi({ http, session, openSocket, nowMs });
    this.#traces = new ClientTraces(options.traceRatio ?? 0, Math.random);
    this.#joinTimeoutMs = options.joinTimeoutMs ?? 15_000;
    const joinTimeoutMs = this.#joinTimeoutMs;
    this.#doors = new RegionDoors(baseUrl, { fetch, room: options, joinTimeoutMs });
    this.colyseus = this.#doors.own.seats;
    this.#feed = new MatchmakingFeed({
      ...{ url: baseUrl.replace(/^http/, 'ws') + MATCHMAKING_PATH, openSocket, session, nowMs },
      random: Math.random,
    });
    this.auth = new AuthApi({
      ...{ http, authorized: this.#http, session, storage, baseUrl },
      browser: browserOfPage(),
      onPlayerChanged: () => {
        this.#forgetPlayer();
        this.#feed.wake();
      },
    });
    const deps = { http: this.#http, regions: this.regions, feed: this.#feed };
    this.parties = new PartiesApi(deps);
    this.matchmaking = new MatchmakingApi({
      ...{ ...deps, timeoutMs },
      traces: this.#traces,
      takeSeat: <State>(
        { regionUrl, reservation }: MatchSeat,
        own: MeridianRoomOptions,
        trace: ClientTrace | null,
      ) =>
        this.#doors.of(regionUrl).enterOnlySeat<State>(reservation as SeatReservation, own, trace),
    });
  }

  /** Who is signed in, once `signInAsGuest` has resolved; null before. */
  get playerId(): string | null {
    return this.#session.tokens?.playerId ?? null;
  }

  /**
   * Takes up the session kept on this device, or becomes a new guest.
   *
   * @param options.displayName - of a new guest, 1–24 characters; the server picks one when absent
   * @throws {MeridianError} `BAD_REQUEST`, `RATE_LIMITED`, `NETWORK`, …
   */
  async signInAsGuest(options: { readonly displayName?: string } = {}): Promise<SignedInPlayer> {
    const player = await this.#session.signInAsGuest(options);
    this.#feed.wake();
    return player;
  }

  /** Forgets the player on this device. A guest who signs out is gone for good. */
  async signOut(): Promise<void> {
    this.#forgetPlayer();
    await this.#session.end();
  }

  #forgetPlayer(): void {
    this.profile.forget();
    this.matchmaking.forget();
    this.parties.forget();
    this.#feed.forget();
  }

  /**
   * @throws {MeridianError} `ROOM_UNKNOWN`, `ROOM_FULL`, `TOKEN_MISSING`, `TOKEN_INVALID`, `FORBIDDEN` (the room said no),
   *   `RATE_LIMITED`, `NETWORK`, `TIMEOUT`, … — the same for all ways to join
   */
  joinOrCreate<Name extends keyof Rooms & string>(
    name: Name,
    options?: OptionsOf<Rooms, Name>,
  ): Promise<MeridianRoom<Rooms[Name]['state']>>;
  joinOrCreate<State = unknown>(
    name: UnmappedName<Rooms>,
    options?: JoinOptions,
  ): Promise<MeridianRoom<State>>;
  joinOrCreate(name: string, options?: unknown): Promise<MeridianRoom> {
    return this.#join('joinOrCreate', { name, options, door: this.#doors.own });
  }

  /** Joins a room that exists already. */
  join<Name extends keyof Rooms & string>(
    name: Name,
    options?: OptionsOf<Rooms, Name>,
  ): Promise<MeridianRoom<Rooms[Name]['state']>>;
  join<State = unknown>(
    name: UnmappedName<Rooms>,
    options?: JoinOptions,
  ): Promise<MeridianRoom<State>>;
  join(name: string, options?: unknown): Promise<MeridianRoom> {
    return this.#join('join', { name, options, door: this.#doors.own });
  }

  /** Joins the room with this id, e.g. from an invitation link; one of a match may be in another region than the endpoint's. */
  async joinById<State = unknown>(
    roomId: string,
    options?: JoinOptions,
    where: RoomWhere = {},
  ): Promise<MeridianRoom<State>> {
    const door = await this.#doorTo(where);
    return await this.#join<State>('joinById', { name: roomId, options, door });
  }

  /**
   * Takes a kept seat again after a page reload. (A lost connection needs no call.)
   *
   * @param reconnectionToken - `room.reconnectionToken` of before
   * @throws {MeridianError} `SEAT_EXPIRED` or `ROOM_UNKNOWN` when it is too late
   */
  async reconnect<State = unknown>(
    reconnectionToken: string,
    where: RoomWhere = {},
  ): Promise<MeridianRoom<State>> {
    const [roomId, token] = reconnectionToken.split(':');
    if (!roomId || !token) {
      throw new MeridianError({
        code: 'BAD_REQUEST',
        message: 'A reconnection token looks like "<roomId>:<token>".',
        retryable: false,
      });
    }
    const options = { reconnectionToken: token };
    const door = await this.#doorTo(where);
    return await this.#join<State>('reconnect', { name: roomId, options, door });
  }

  /** Asked of the endpoint: an address out of a link would be told the player's token. */
  async #doorTo({ regionId }: RoomWhere): Promise<RoomDoor> {
    if (regionId === undefined) return this.#doors.own;
    const { ownRegionId, regions } = await this.regions.list();
    const region = regions.find((it) => it.regionId === regionId);
    if (region !== undefined) {
      return this.#doors.of(region.regionId === ownRegionId ? null : region.url);
    }
    throw new MeridianError({
      code: 'ROOM_UNKNOWN',
      message: `There is no region "${regionId}", and no room in it.`,
      retryable: false,
    });
  }

  /** Asks for a seat and takes it; again, and elsewhere, when a node was lost in between. */
  async #join<State>(
    method: string,
    {
      name,
      options,
      door,
    }: { readonly name: string; readonly options: unknown; readonly door: RoomDoor },
  ): Promise<MeridianRoom<State>> {
    const deadlineAtMs = performance.now() + this.#joinTimeoutMs;
    const trace = this.#traces.begin();
    const path = `/matchmake/${method}/${encodeURIComponent(name)}`;
    let hasAnswered = false;
    let addresses: NodeAddress[] = [];
    for (let attempt = 1; ; attempt += 1) {
      if (addresses.length === 0)
        addresses = door.nodes.inRandomOrder(Math.random, { first: door.nodes.endpoint });
      const address = addresses.shift() ?? door.nodes.endpoint;
      try {
        const seat = await this.#seatAt(door, address, {
          ...{ path, trace },
          options: options ?? {},
        });
        const { reconnectionToken } = (options ?? {}) as { readonly reconnectionToken?: string };
        if (method === 'reconnect' && reconnectionToken !== undefined) {
          seat.reconnectionToken = reconnectionToken;
        }
        hasAnswered = true;
        return await door.enter<State>(seat, trace);
      } catch (error) {
        hasAnswered ||= !isSilence(error);
        const inMs = nextJoinInMs({
          error,
          attempt,
          knownAddresses: door.nodes.count,
          hasAnswered,
          leftMs: deadlineAtMs - performance.now(),
          random: Math.random(),
        });
        if (inMs === null) throw error;
        await new Promise((resolve) => setTimeout(resolve, inMs));
      }
    }
  }

  async #seatAt(
    { nodes }: RoomDoor,
    address: NodeAddress,
    {
      path,
      options,
      trace,
    }: {
      readonly path: string;
      readonly options: unknown;
      readonly trace: ClientTrace | null;
    },
  ): Promise<SeatReservation & SeatExtras> {
    const seat = await this.#http.requestIfSignedIn<SeatReservation & SeatExtras>({
      method: 'POST',
      path,
      body: options,
      baseUrl: nodes.urlOf(address),
      trace,
    });
    nodes.learn(seat.nodes);
    nodes.learnRefuge(seat.refuge);
    // Without an address of its own the room is where the seat came from.
    if (!seat.publicAddress && address !== nodes.endpoint) seat.publicAddress = address;
    return seat;
  }
}

/** Nobody answered. */
function isSilence(error: unknown): boolean {
  return error instanceof MeridianError && ['NETWORK', 'TIMEOUT'].includes(error.code);
}
