import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import { GameError } from '../../errors/game-error.ts';
import type { ErrorBody } from '../../protocol/rest.ts';
import type { Logger } from '../../telemetry/logger.ts';

/** The last handler but one of an app: whatever nobody answered is `NOT_FOUND`. */
export function notFound(): RequestHandler {
  return () => {
    throw new GameError('NOT_FOUND');
  };
}

/**
 * The last handler of an app, or of a part of it: every failure leaves as an `ErrorBody`.
 *
 * What is not a `GameError` is a bug: it is logged with its cause, and the caller learns nothing but `INTERNAL`.
 */
export function errorRenderer(deps: {
  readonly log: Logger;
  /** What the reply says; the error's own body when absent. */
  readonly bodyOf?: (error: GameError) => ErrorBody;
}): ErrorRequestHandler {
  const bodyOf = deps.bodyOf ?? ((error: GameError) => error.toBody());
  // Express knows an error handler by its four parameters.
  return (thrown: unknown, _request, response, next) => {
    const error = noteError(thrown, response.locals, deps.log);
    // The reply has begun: express cuts the connection, so the client cannot take half a reply for a whole one.
    if (response.headersSent) {
      next(thrown);
      return;
    }
    send(response, error, bodyOf(error));
  };
}

function send(response: Response, error: GameError, body: ErrorBody): void {
  response.set(headersOf(error));
  response.status(error.spec.http).json(body);
}

/**
 * Takes down why a request fails: its own line in the log if that is a fault of ours, its code for the line of the request.
 *
 * @param locals - of a request that is followed (request-log.ts)
 * @returns what its client is told
 */
export function noteError(
  thrown: unknown,
  locals: Record<string, unknown>,
  log: Logger,
): GameError {
  const error = toGameError(thrown);
  if (error.isFailure) log.error({ err: thrown, requestId: locals['requestId'] }, 'request failed');
  locals['errorCode'] = error.code;
  return error;
}

/** What a client is told of a failure besides its body. */
export function headersOf({ retryAfterS, spec }: GameError): Readonly<Record<string, string>> {
  return {
    ...(retryAfterS === undefined ? {} : { 'Retry-After': String(retryAfterS) }),
    ...(spec.http === 401 ? { 'WWW-Authenticate': 'Bearer' } : {}),
  };
}

/** Failures of express and its body parser carry a 4xx `status`; their texts may quote the input, so ours are sent. */
function toGameError(thrown: unknown): GameError {
  if (thrown instanceof GameError) return thrown;
  const { status, type } = (thrown ?? {}) as { readonly status?: unknown; readonly type?: unknown };
  if (status === 413) return new GameError('PAYLOAD_TOO_LARGE', {}, { cause: thrown });
  if (typeof status === 'number' && status >= 400 && status < 500) {
    const message =
      type === 'entity.parse.failed' ? 'The request body is not valid JSON.' : undefined;
    return new GameError('BAD_REQUEST', {}, { cause: thrown, ...(message ? { message } : {}) });
  }
  return new GameError('INTERNAL', {}, { cause: thrown });
}
