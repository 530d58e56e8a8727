import type { ErrorBody } from '../../src/protocol/index.ts';
import { describeClose } from './close-reason.ts';
import { MeridianError, type MeridianErrorCode } from './meridian-error.ts';

// Failures arrive in four shapes: our ErrorBody, Colyseus' { code, error }, a WebSocket close code, or no answer at all.
// Everything a game sees is a MeridianError.

interface Meaning {
  readonly code: MeridianErrorCode;
  readonly retryable: boolean;
}

/** Colyseus' own codes (`ErrorCode` of @colyseus/shared-types), as HTTP statuses of /matchmake and in ERROR frames. */
const COLYSEUS_CODES: Readonly<Record<number, Meaning>> = {
  520: { code: 'ROOM_UNKNOWN', retryable: false }, // no room class of that name
  521: { code: 'ROOM_UNKNOWN', retryable: true }, // join() found no open room; one may open
  522: { code: 'ROOM_UNKNOWN', retryable: false }, // no room of that id, or it is locked
  523: { code: 'INTERNAL', retryable: true }, // an exception without a code
  524: { code: 'SEAT_EXPIRED', retryable: true },
  525: { code: 'TOKEN_INVALID', retryable: false }, // onAuth said no
  526: { code: 'FORBIDDEN', retryable: false }, // the room's onJoin threw: the message is the game's
  4217: { code: 'BAD_REQUEST', retryable: false },
};

const HTTP_STATUSES: Readonly<Record<number, Meaning>> = {
  400: { code: 'BAD_REQUEST', retryable: false },
  401: { code: 'TOKEN_INVALID', retryable: false },
  403: { code: 'FORBIDDEN', retryable: false },
  404: { code: 'NOT_FOUND', retryable: false },
  413: { code: 'PAYLOAD_TOO_LARGE', retryable: false },
  429: { code: 'RATE_LIMITED', retryable: true },
  503: { code: 'SHUTTING_DOWN', retryable: true },
};

/** @param body - the parsed JSON of a reply that was not ok; undefined when it was not JSON */
export function errorFromReply(status: number, body: unknown): MeridianError {
  if (isErrorBody(body)) return new MeridianError(body.error);
  const colyseus = body as { readonly code?: unknown; readonly error?: unknown } | undefined;
  const message = typeof colyseus?.error === 'string' ? colyseus.error : `HTTP status ${status}`;
  // Our own codes survive Colyseus' matchmaking controller as the `code` of its body.
  if (typeof colyseus?.code === 'string') {
    return new MeridianError({ code: colyseus.code, message, retryable: status >= 500 });
  }
  const number = typeof colyseus?.code === 'number' ? colyseus.code : status;
  return fromNumber(number, message, { status });
}

/** @param cause - what `@colyseus/sdk` rejected a join with */
export function errorFromJoin(cause: unknown): MeridianError {
  if (cause instanceof MeridianError) return cause;
  const { code, message } = cause as { readonly code?: unknown; readonly message?: string };
  if (typeof code === 'number' && code !== 1006) return errorFromCode(code, message, cause);
  return new MeridianError({
    code: 'NETWORK',
    message: 'The connection to the room could not be opened.',
    retryable: true,
    cause,
  });
}

/** @param code - of an ERROR frame or a WebSocket close */
export function errorFromCode(code: number, message?: string, cause?: unknown): MeridianError {
  if (code in COLYSEUS_CODES) return fromNumber(code, message ?? '', {}, cause);
  const closed = describeClose(code, message);
  return new MeridianError({
    code: closed.errorCode,
    message: closed.reason,
    retryable: closed.retryable,
    details: { closeCode: code },
    cause,
  });
}

export function networkError(cause: unknown): MeridianError {
  return new MeridianError({
    code: 'NETWORK',
    message: 'The server could not be reached.',
    retryable: true,
    cause,
  });
}

/** Nobody is signed in. */
export function signedOutError(): MeridianError {
  return new MeridianError({
    code: 'TOKEN_MISSING',
    message: 'Sign in first: call signInAsGuest().',
    retryable: false,
  });
}

export function timeoutError(what: string, afterMs: number): MeridianError {
  return new MeridianError({
    code: 'TIMEOUT',
    message: `${what} took longer than ${afterMs} ms.`,
    retryable: true,
    details: { afterMs },
  });
}

function fromNumber(
  code: number,
  message: string,
  details: Readonly<Record<string, unknown>>,
  cause?: unknown,
): MeridianError {
  const meaning = COLYSEUS_CODES[code] ??
    HTTP_STATUSES[code] ?? { code: 'INTERNAL' as const, retryable: code >= 500 };
  return new MeridianError({ ...meaning, message, details: { ...details, code }, cause });
}

function isErrorBody(body: unknown): body is ErrorBody {
  const error = (body as Partial<ErrorBody> | undefined | null)?.error;
  return typeof error === 'object' && error !== null && typeof error.code === 'string';
}
