import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { z } from 'zod';
import { ERRORS, type ErrorCode } from '../../errors/errors.ts';
import { GameError } from '../../errors/game-error.ts';
import { parseJson } from '../../shared/parse-json.ts';

/** What REST would answer, as JSON: details and all. */
const ERROR_TRAILER = 'meridian-error-bin';

const CODES = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]];

const SentError = z.object({
  error: z.object({
    code: z.enum(CODES),
    message: z.string(),
    retryAfterMs: z.number().exactOptional(),
    details: z.record(z.string(), z.unknown()).exactOptional(),
  }),
});

/** gRPC retry design (A6), "pushback": a negative one means that the call is not to be sent again. */
const NEVER_AGAIN = { trailer: 'grpc-retry-pushback-ms', value: '-1' };

/** Trailers are headers: some of gRPC's libraries take 16 KiB of them in all, and base64 makes four bytes of three. */
const MOST_TRAILER_BYTES = 8 * 1_024;

/** How a failure leaves a service that was called plainly. Only a `GameError` says what it is. */
export function toServiceError(thrown: unknown): Partial<ServiceError> {
  const { status: code, message: details, error } = sentErrorOf(thrown);
  const metadata = new Metadata();
  metadata.set(ERROR_TRAILER, error);
  // Without it the library takes every `UNAVAILABLE` for a call that did not get here.
  metadata.set(NEVER_AGAIN.trailer, NEVER_AGAIN.value);
  return { code, details, metadata };
}

/** Ends a stream that is served: a streaming call of this library ends with an event. */
export function endWithError(
  stream: { emit(event: 'error', error: Partial<ServiceError>): unknown },
  thrown: unknown,
): void {
  stream.emit('error', toServiceError(thrown));
}

/** The same by lane. */
export function sentErrorOf(thrown: unknown): {
  readonly status: status;
  readonly message: string;
  readonly error: Buffer;
} {
  const error = thrown instanceof GameError ? thrown : new GameError('INTERNAL');
  const whole = Buffer.from(JSON.stringify(error.toBody()));
  // Rather without its details than not at all.
  const { code, message } = error;
  const sent =
    whole.length <= MOST_TRAILER_BYTES
      ? whole
      : Buffer.from(JSON.stringify(new GameError(code, {}, { message }).toBody()));
  return { status: statusOf(error), message, error: sent };
}

/** What the caller has of a call by lane that failed, as if it had been plain. @param sent - empty: it was not the service's own code */
export function serviceErrorOf({
  code,
  details,
  sent = Buffer.alloc(0),
}: {
  readonly code: status;
  readonly details: string;
  readonly sent?: Buffer;
}): ServiceError {
  const metadata = new Metadata();
  if (sent.length > 0) metadata.set(ERROR_TRAILER, sent);
  return Object.assign(new Error(details), { code, details, metadata });
}

/** What a caller learns: the error the service threw, or that it did not answer. */
export function fromServiceError(error: ServiceError): GameError {
  const [sent] = error.metadata?.get(ERROR_TRAILER) ?? [];
  const body = parseJson(SentError, String(sent ?? ''));
  if (body !== null) {
    const { code, message, retryAfterMs, details = {} } = body.error;
    return new GameError(code, details, {
      message,
      cause: error,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  }
  return new GameError(codeOf(error.code), {}, { cause: error });
}

/** What the library itself says: nothing of it comes from the service's own code. */
function codeOf(code: status): ErrorCode {
  switch (code) {
    case status.UNAVAILABLE:
    case status.DEADLINE_EXCEEDED:
    case status.CANCELLED:
      return 'SERVICE_UNAVAILABLE';
    case status.RESOURCE_EXHAUSTED:
      return 'PAYLOAD_TOO_LARGE';
    default:
      return 'INTERNAL';
  }
}

function statusOf({ spec }: GameError): status {
  return status[spec.grpc as keyof typeof status] as status;
}
