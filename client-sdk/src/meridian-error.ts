/** Codes of the server's error table (docs/reference/errors.md), as they arrive in error bodies. */
export const SERVER_ERROR_CODES = [
  'BAD_REQUEST',
  'TOKEN_MISSING',
  'TOKEN_INVALID',
  'TOKEN_EXPIRED',
  'TOKEN_REVOKED',
  'CREDENTIALS_WRONG',
  'PASSWORD_REFUSED',
  'PROVIDER_UNKNOWN',
  'PROVIDER_REFUSED',
  'PROVIDER_UNAVAILABLE',
  'REDIRECT_FORBIDDEN',
  'IDENTITY_TAKEN',
  'IDENTITY_EXISTS',
  'IDENTITY_UNKNOWN',
  'IDENTITY_LAST',
  'PLAYER_BANNED',
  'FORBIDDEN',
  'PEER_UNKNOWN',
  'ORIGIN_FORBIDDEN',
  'NOT_FOUND',
  'ROOM_UNKNOWN',
  'METHOD_FORBIDDEN',
  'PROFILE_UNKNOWN',
  'PROFILE_EXISTS',
  'REVISION_STALE',
  'PROFILE_MOVED',
  'PROFILE_MOVING',
  'PROFILE_LEASED',
  'PROFILE_LEASE_LOST',
  'SECTION_EXISTS',
  'OPERATION_CONFLICT',
  'USERNAME_TAKEN',
  'ROOM_FULL',
  'ROOM_LOST',
  'ROOM_RECOVERING',
  'LEASE_LOST',
  'DIRECTORY_UNAVAILABLE',
  'NODE_UNKNOWN',
  'NODE_UNREACHABLE',
  'REGION_CLOSED',
  'LATENCY_INVALID',
  'QUEUE_UNKNOWN',
  'QUEUE_FULL',
  'TICKET_REFUSED',
  'TICKET_EXISTS',
  'TICKET_UNKNOWN',
  'TICKET_CLAIMED',
  'PARTY_UNKNOWN',
  'PARTY_EXISTS',
  'PARTY_FULL',
  'PARTY_NOT_LEADER',
  'SEAT_EXPIRED',
  'PAYLOAD_TOO_LARGE',
  'RATE_LIMITED',
  'INTERNAL',
  'STORE_UNAVAILABLE',
  'SERVICE_UNAVAILABLE',
  'SHUTTING_DOWN',
] as const;

/**
 * What went wrong, for programs: a code of the server, or one of ours.
 *
 * `NETWORK` the server was not reached · `TIMEOUT` it did not answer in time · `CLOSED` the room is closed ·
 * `TICKET_EXPIRED`, `TICKET_CANCELLED` nobody was found, or somebody left the queue · `NO_SEAT` the match has no seat for this player.
 * A newer server may send codes this list does not have yet, hence the open end.
 */
export type MeridianErrorCode =
  | (typeof SERVER_ERROR_CODES)[number]
  | 'NETWORK'
  | 'TIMEOUT'
  | 'CLOSED'
  | 'TICKET_EXPIRED'
  | 'TICKET_CANCELLED'
  | 'NO_SEAT'
  | (string & {});

export interface MeridianErrorOptions {
  readonly code: MeridianErrorCode;
  readonly message: string;
  readonly retryable: boolean;
  readonly retryAfterMs?: number | undefined;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  readonly cause?: unknown;
}

/** Every failure this SDK reports. */
export class MeridianError extends Error {
  override readonly name = 'MeridianError';
  readonly code: MeridianErrorCode;
  /** Whether the same call may succeed later without being changed. */
  readonly retryable: boolean;
  /** Wait before a retry makes sense, in ms; null when the server did not say. */
  readonly retryAfterMs: number | null;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(options: MeridianErrorOptions) {
    super(options.message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = options.code;
    this.retryable = options.retryable;
    this.retryAfterMs = options.retryAfterMs ?? null;
    this.details = options.details ?? {};
  }
}
