/** How one failure looks on each wire. The thrower knows only the code. */
export interface ErrorSpec {
  /** HTTP status of a REST or matchmaking reply. */
  readonly http: number;
  /** gRPC status name. */
  readonly grpc: string;
  /** Whether the same request may succeed later without being changed. */
  readonly retryable: boolean;
  /** Default text for people; says what to do where something can be done. */
  readonly message: string;
}

/**
 * Every failure Meridian reports, by code. Codes are for programs and never change; messages are for people and may.
 */
export const ERRORS = {
  BAD_REQUEST: {
    http: 400,
    grpc: 'INVALID_ARGUMENT',
    retryable: false,
    message: 'The request is malformed; see details.',
  },
  TOKEN_MISSING: {
    http: 401,
    grpc: 'UNAUTHENTICATED',
    retryable: false,
    message: 'Sign in first: send the access token as "Authorization: Bearer <token>".',
  },
  TOKEN_INVALID: {
    http: 401,
    grpc: 'UNAUTHENTICATED',
    retryable: false,
    message: 'The token is not valid here; sign in again.',
  },
  TOKEN_EXPIRED: {
    http: 401,
    grpc: 'UNAUTHENTICATED',
    retryable: false,
    message: 'The token has expired; refresh it and try again.',
  },
  TOKEN_REVOKED: {
    http: 401,
    grpc: 'UNAUTHENTICATED',
    retryable: false,
    message: 'This sign-in was ended; refresh the token, or sign in again.',
  },
  CREDENTIALS_WRONG: {
    http: 401,
    grpc: 'UNAUTHENTICATED',
    retryable: false,
    message: 'Email and password do not belong together, or there is no such account.',
  },
  PASSWORD_REFUSED: {
    http: 422,
    grpc: 'FAILED_PRECONDITION',
    retryable: false,
    message: 'This password is not taken; details.reason says why.',
  },
  PROVIDER_UNKNOWN: {
    http: 404,
    grpc: 'NOT_FOUND',
    retryable: false,
    message: 'Nobody signs in here by that provider.',
  },
  PROVIDER_REFUSED: {
    http: 401,
    grpc: 'UNAUTHENTICATED',
    retryable: false,
    message: 'The provider did not confirm this sign-in; start it again.',
  },
  PROVIDER_UNAVAILABLE: {
    http: 503,
    grpc: 'UNAVAILABLE',
    retryable: true,
    message: 'The provider does not answer; try again shortly.',
  },
  REDIRECT_FORBIDDEN: {
    http: 403,
    grpc: 'PERMISSION_DENIED',
    retryable: false,
    message: 'This redirect is not on the allow-list (MERIDIAN_AUTH_REDIRECT_URIS).',
  },
  IDENTITY_TAKEN: {
    http: 409,
    grpc: 'ALREADY_EXISTS',
    retryable: false,
    message: 'Another player signs in by this already; sign in with it instead.',
  },
  IDENTITY_EXISTS: {
    http: 409,
    grpc: 'ALREADY_EXISTS',
    retryable: false,
    message: 'The player signs in by another one of this kind already; unlink that first.',
  },
  IDENTITY_UNKNOWN: {
    http: 404,
    grpc: 'NOT_FOUND',
    retryable: false,
    message: 'The player does not sign in by this.',
  },
  IDENTITY_LAST: {
    http: 409,
    grpc: 'FAILED_PRECONDITION',
    retryable: false,
    message: 'This is the only way into the account; link another one first.',
  },
  PLAYER_BANNED: {
    http: 403,
    grpc: 'PERMISSION_DENIED',
    retryable: false,
    message: 'This player is banned; details say why and until when.',
  },
  FORBIDDEN: {
    http: 403,
    grpc: 'PERMISSION_DENIED',
    retryable: false,
    message: 'This player may not do that.',
  },
  PEER_UNKNOWN: {
    http: 401,
    grpc: 'UNAUTHENTICATED',
    retryable: false,
    message: 'The caller is no service of this game: it has another secret, or its clock is wrong.',
  },
  ORIGIN_FORBIDDEN: {
    http: 403,
    grpc: 'PERMISSION_DENIED',
    retryable: false,
    message: 'This web origin is not on the allow-list (MERIDIAN_HTTP_CORS_ORIGINS).',
  },
  NOT_FOUND: { http: 404, grpc: 'NOT_FOUND', retryable: false, message: 'There is nothing here.' },
  ROOM_UNKNOWN: {
    http: 404,
    grpc: 'NOT_FOUND',
    retryable: false,
    message: 'No such room, or no room class of that name.',
  },
  METHOD_FORBIDDEN: {
    http: 403,
    grpc: 'PERMISSION_DENIED',
    retryable: false,
    message: 'This matchmaking method is not open to clients; use joinOrCreate, join or joinById.',
  },
  PROFILE_UNKNOWN: {
    http: 404,
    grpc: 'NOT_FOUND',
    retryable: false,
    message: 'There is no profile for this player.',
  },
  PROFILE_EXISTS: {
    http: 409,
    grpc: 'ALREADY_EXISTS',
    retryable: false,
    message: 'This player already has a profile.',
  },
  REVISION_STALE: {
    http: 409,
    grpc: 'ABORTED',
    retryable: false,
    message: 'The profile has changed since it was read; read it again and re-apply the change.',
  },
  PROFILE_MOVED: {
    http: 409,
    grpc: 'FAILED_PRECONDITION',
    retryable: true,
    message: 'The profile lives in another region; details.homeRegion says which.',
  },
  PROFILE_MOVING: {
    http: 503,
    grpc: 'UNAVAILABLE',
    retryable: true,
    message: 'The profile is on its way to another region; try again shortly.',
  },
  PROFILE_LEASED: {
    http: 409,
    grpc: 'FAILED_PRECONDITION',
    retryable: true,
    message: 'A room has this profile in its hands; change it there, or when the room has let go.',
  },
  PROFILE_LEASE_LOST: {
    http: 409,
    grpc: 'ABORTED',
    retryable: false,
    message: 'Another room holds this profile now, or nobody does; read it again.',
  },
  SECTION_EXISTS: {
    http: 409,
    grpc: 'ALREADY_EXISTS',
    retryable: false,
    message: 'The profile has a section of that name.',
  },
  OPERATION_CONFLICT: {
    http: 409,
    grpc: 'ALREADY_EXISTS',
    retryable: false,
    message: 'This operation id has been used for another operation of the player.',
  },
  USERNAME_TAKEN: {
    http: 409,
    grpc: 'ALREADY_EXISTS',
    retryable: false,
    message: 'Another player has this username.',
  },
  ROOM_FULL: {
    http: 409,
    grpc: 'RESOURCE_EXHAUSTED',
    retryable: true,
    message: 'The room is full.',
  },
  ROOM_LOST: {
    http: 410,
    grpc: 'DATA_LOSS',
    retryable: false,
    message: 'The room is gone and will not come back; details say why. Join another one.',
  },
  ROOM_RECOVERING: {
    http: 503,
    grpc: 'UNAVAILABLE',
    retryable: true,
    message: 'The room has lost its node and is coming back on another; try again shortly.',
  },
  LEASE_LOST: {
    http: 503,
    grpc: 'UNAVAILABLE',
    retryable: true,
    message: 'Another node may own this room now; ask again where it is.',
  },
  DIRECTORY_UNAVAILABLE: {
    http: 503,
    grpc: 'UNAVAILABLE',
    retryable: true,
    message: 'The directory of rooms (Redis) does not answer; rooms play on, try again shortly.',
  },
  NODE_UNKNOWN: {
    http: 404,
    grpc: 'NOT_FOUND',
    retryable: false,
    message: 'There is no live node of that id in this region.',
  },
  NODE_UNREACHABLE: {
    http: 503,
    grpc: 'UNAVAILABLE',
    retryable: true,
    message: 'The node did not answer in time.',
  },
  LATENCY_INVALID: {
    http: 422,
    grpc: 'FAILED_PRECONDITION',
    retryable: false,
    message: 'This latency token counts for nothing here, details.reason says why; probe again.',
  },
  QUEUE_UNKNOWN: {
    http: 404,
    grpc: 'NOT_FOUND',
    retryable: false,
    message: 'This game has no queue of that name.',
  },
  QUEUE_FULL: {
    http: 503,
    grpc: 'RESOURCE_EXHAUSTED',
    retryable: true,
    message: 'More players wait than can be matched in time; try again after the time given.',
  },
  TICKET_REFUSED: {
    http: 422,
    grpc: 'FAILED_PRECONDITION',
    retryable: false,
    message: 'The queue does not take this ticket; details.reason says why.',
  },
  TICKET_EXISTS: {
    http: 409,
    grpc: 'ALREADY_EXISTS',
    retryable: false,
    message: 'The player waits on another ticket; details.ticketId says which.',
  },
  TICKET_UNKNOWN: {
    http: 404,
    grpc: 'NOT_FOUND',
    retryable: false,
    message: 'No such ticket waits, or none of this player.',
  },
  TICKET_CLAIMED: {
    http: 409,
    grpc: 'FAILED_PRECONDITION',
    retryable: false,
    message: 'The ticket is being matched: it is too late to cancel it.',
  },
  PARTY_UNKNOWN: {
    http: 404,
    grpc: 'NOT_FOUND',
    retryable: false,
    message: 'There is no such party here, or the player is in none.',
  },
  PARTY_EXISTS: {
    http: 409,
    grpc: 'ALREADY_EXISTS',
    retryable: false,
    message: 'The player is in a party already; leave it first.',
  },
  PARTY_FULL: {
    http: 409,
    grpc: 'RESOURCE_EXHAUSTED',
    retryable: false,
    message: 'The party is full.',
  },
  PARTY_NOT_LEADER: {
    http: 403,
    grpc: 'PERMISSION_DENIED',
    retryable: false,
    message: 'Only the leader of the party enters it into a queue.',
  },
  SEAT_EXPIRED: {
    http: 410,
    grpc: 'FAILED_PRECONDITION',
    retryable: true,
    message: 'The seat reservation has expired; ask for a new one.',
  },
  PAYLOAD_TOO_LARGE: {
    http: 413,
    grpc: 'INVALID_ARGUMENT',
    retryable: false,
    message: 'The request body is too large.',
  },
  RATE_LIMITED: {
    http: 429,
    grpc: 'RESOURCE_EXHAUSTED',
    retryable: true,
    message: 'Too many requests from this address; wait and try again.',
  },
  INTERNAL: {
    http: 500,
    grpc: 'INTERNAL',
    retryable: true,
    message: 'Something went wrong on our side.',
  },
  STORE_UNAVAILABLE: {
    http: 503,
    grpc: 'UNAVAILABLE',
    retryable: true,
    message: 'The profile store does not answer; try again shortly.',
  },
  SERVICE_UNAVAILABLE: {
    http: 503,
    grpc: 'UNAVAILABLE',
    retryable: true,
    message: 'A service behind this one does not answer; try again shortly.',
  },
  REGION_CLOSED: {
    http: 503,
    grpc: 'UNAVAILABLE',
    retryable: true,
    message: 'This region makes no new rooms at the moment; another one may, or try again later.',
  },
  SHUTTING_DOWN: {
    http: 503,
    grpc: 'UNAVAILABLE',
    retryable: true,
    message: 'This node is shutting down; try again, another will answer.',
  },
} as const satisfies Record<string, ErrorSpec>;

/** Why something was refused or failed; codes never change (docs/reference/errors.md). */
export type ErrorCode = keyof typeof ERRORS;

/** Facts that are safe to show to the caller. */
export type ErrorDetails = Readonly<Record<string, unknown>>;
