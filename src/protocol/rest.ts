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

/** Answer of `/v1/auth/guest` and `/v1/auth/refresh`. */
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
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** `PATCH /v1/profiles/me`; keys of `data` are merged, a null removes its key. */
export interface ProfilePatchRequest {
  /** Refused with `REVISION_STALE` when the profile has moved on. */
  readonly ifRevision: number;
  readonly displayName?: string;
  readonly data?: Readonly<Record<string, JsonValue>>;
}
