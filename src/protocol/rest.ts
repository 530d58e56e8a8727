// The REST bodies under /v1, shared by the server and the client SDK. Types only: the server parses with zod
// schemas that are checked against these.

export const API_PREFIX = '/v1';

/** What every failed REST or matchmaking request answers with. */
export interface ErrorBody {
  readonly error: {
    /** Stable, for programs. */
    readonly code: string;
    /** For people. */
    readonly message: string;
    readonly retryable: boolean;
    /** Wait before a retry makes sense, in ms. */
    readonly retryAfterMs?: number;
    readonly details?: Readonly<Record<string, unknown>>;
  };
}

/** `POST /v1/auth/guest` */
export interface GuestSignInRequest {
  /** Name shown to other players, 1–24 characters; a pleasant random one when absent. */
  readonly displayName?: string;
}

/** `POST /v1/auth/refresh` */
export interface RefreshRequest {
  readonly refreshToken: string;
}

/** `POST /v1/auth/device` */
export interface DeviceSignInRequest {
  /**
   * What proves the device: 32–128 random letters, digits, `-` and `_` that it made once and keeps. A secret, not a serial number:
   * whoever knows it is the player.
   */
  readonly deviceKey: string;
  /** Of a new player; see `GuestSignInRequest`. */
  readonly displayName?: string;
}

/** `POST /v1/auth/email/sign-in` */
export interface EmailSignInRequest {
  readonly email: string;
  readonly password: string;
}

/** `POST /v1/auth/email/sign-up` */
export interface EmailSignUpRequest extends EmailSignInRequest {
  readonly displayName?: string;
}

/** `POST /v1/auth/email/password` */
export interface ChangePasswordRequest {
  readonly from: string;
  readonly to: string;
}

/** `GET /v1/auth/providers` */
export interface ProviderList {
  readonly providers: readonly ProviderListing[];
}

/** A provider of identities, as clients have to know it. */
export interface ProviderListing {
  /** In paths and in identities, e.g. `google`. */
  readonly id: string;
  /** `redirect`: the player goes to its page and comes back; `ticket`: the game has a ticket of its platform. */
  readonly flow: 'redirect' | 'ticket';
}

/** `POST /v1/auth/providers/{provider}/start` */
export interface ProviderStartRequest {
  /** Where the provider sends the player; on the allow-list. */
  readonly redirectUri: string;
}

/** Answer of it: send the player to `authorizationUrl`, and keep `attempt` where only this client reads it. */
export interface ProviderStart {
  readonly authorizationUrl: string;
  /** Proves, with what the redirect brings, that the one who comes back is the one who went. */
  readonly attempt: string;
  /** Wall clock, ms since the Unix epoch. */
  readonly expiresAtMs: number;
}

/** What a provider says of the player: the answer to a redirect, or a ticket. */
export type ProviderProof =
  | {
      readonly attempt: string;
      /** The address the player came back to, query included: `location.href`. */
      readonly callbackUrl: string;
    }
  | { readonly ticket: string };

/** `POST /v1/auth/providers/{provider}/sign-in` */
export type ProviderSignInRequest = ProviderProof & { readonly displayName?: string };

/** `POST /v1/auth/identities`: another way into the account of the caller. */
export type LinkRequest =
  | { readonly device: { readonly deviceKey: string } }
  | { readonly email: EmailSignInRequest }
  | { readonly provider: ProviderProof & { readonly id: string } };

/** `GET /v1/auth/identities`, and the answer to a link. */
export interface IdentityList {
  /** None: a guest. */
  readonly identities: readonly IdentityListing[];
}

/** A way into the account. */
export interface IdentityListing {
  /** `device`, `email`, or the id of a provider. */
  readonly provider: string;
  /** Wall clock, ms since the Unix epoch. */
  readonly linkedAtMs: number;
}

/** Answer of every sign-in, and of `/v1/auth/refresh`. */
export interface SessionTokens {
  readonly playerId: string;
  readonly displayName: string;
  /** Short-lived JWT for REST and rooms. */
  readonly accessToken: string;
  /** Wall clock, ms since the Unix epoch. */
  readonly accessTokenExpiresAtMs: number;
  /** Opaque, single use: each refresh returns a new one. */
  readonly refreshToken: string;
  /** Wall clock, ms since the Unix epoch. */
  readonly refreshTokenExpiresAtMs: number;
}

/** What JSON can say. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** `GET /v1/profiles/me` */
export interface ProfileBody {
  readonly playerId: string;
  /** Grows by one with each write; send it back as `ifRevision`. */
  readonly revision: number;
  readonly displayName: string;
  /** What the owner may write: settings, loadout. At most 16 KiB as JSON. */
  readonly data: Readonly<Record<string, JsonValue>>;
  /** What only the server writes, e.g. `{ "arena.kills": 12, "duel.wins": 3 }`. */
  readonly statistics: Readonly<Record<string, number>>;
  /** Unique over all regions, for others to find him by; null: none. */
  readonly username: string | null;
  /** Whole numbers >= 0 by currency; only the server changes them. */
  readonly wallet: Readonly<Record<string, number>>;
  /** Whole numbers >= 1 by item; only the server changes them. */
  readonly inventory: Readonly<Record<string, number>>;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** `POST /v1/profiles/me/username` */
export interface UsernameRequest {
  /** 3–20 letters, digits and `_`, a letter first; kept in lower case. */
  readonly username: string;
}

/** `GET /v1/profiles/me/export` */
export interface PlayerExportBody {
  readonly profile: Readonly<Record<string, unknown>>;
  /** Every operation on wallet, inventory and statistics, the oldest first. */
  readonly ledger: readonly Readonly<Record<string, unknown>>[];
}

/** `GET /v1/usernames/{username}` */
export interface UsernameOwner {
  readonly playerId: string;
}

/** `PATCH /v1/profiles/me`; keys of `data` are merged, a null removes its key. */
export interface ProfilePatchRequest {
  /** Refused with `REVISION_STALE` when the profile has moved on. */
  readonly ifRevision: number;
  readonly displayName?: string;
  readonly data?: Readonly<Record<string, JsonValue>>;
}

/**
 * `GET /v1/rooms/:roomId`: where a room is now. Any live node of the region answers, so a client whose node died asks the
 * others. A room that is gone for good answers 410 with `ROOM_LOST` and the reason; one that never was, 404. `refuge`: see `SeatExtras`.
 */
export type RoomLocation =
  | {
      readonly state: 'running';
      readonly roomId: string;
      /** First segment of the room's WebSocket path. */
      readonly processId: string;
      /** `host[:port][/path]` of its node; null: the address the client used (a region gateway, a single node). */
      readonly publicAddress: string | null;
      /** Addresses of other live nodes of the region, for the next time. */
      readonly nodes: readonly string[];
      readonly refuge?: string;
    }
  | {
      /** Its node is gone and another one is about to bring it back. */
      readonly state: 'recovering';
      readonly roomId: string;
      readonly retryAfterMs: number;
      readonly nodes: readonly string[];
      readonly refuge?: string;
    };

/** What Meridian adds to Colyseus' seat reservation; stock SDKs do not look at it. */
export interface SeatExtras {
  /** Public addresses of the live nodes of the region (at most 8), the room's own first. */
  readonly nodes?: readonly string[];
  /** `host[:port][/path]` of the region where the room goes when its own is lost; absent when there is none. */
  readonly refuge?: string;
}

/** `POST /admin/v1/nodes/:nodeId/drain` */
export interface DrainResult {
  readonly nodeId: string;
  readonly movedRooms: number;
  /** Rooms that could not be moved (no durability, no other node) and play on until they end or the node stops. */
  readonly keptRooms: number;
}
