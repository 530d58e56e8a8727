import { createAuthContext, ErrorCode, ServerError } from '@colyseus/core';
import type { Request, RequestHandler } from 'express';
import { z } from 'zod';
import { type ColyseusNode, isClientMethod } from '../cluster/colyseus-adapter.ts';
import type { HttpConfig } from '../config/play-config.ts';
import type { ErrorCode as GameErrorCode } from '../errors/errors.ts';
import type { GameError } from '../errors/game-error.ts';
import type { ErrorBody } from '../protocol/rest.ts';
import { AddressRateLimiter } from '../transport/http/address-rate-limiter.ts';
import type { AddressedRequest } from '../transport/http/client-address.ts';
import { parse } from '../transport/http/parse.ts';
import { readJson } from '../transport/http/read-json.ts';
import { servedInSpan } from '../transport/http/served-in-span.ts';
import { MATCH_OPTION } from './match/match-option.ts';

/** How matchmaking requests ended. */
export interface JoinMetrics {
  /** @param outcome - `ok` or an error code */
  joinEnded(method: string, outcome: string): void;
}

const Target = z.strictObject({
  method: z.string().regex(/^[a-zA-Z]{1,32}$/),
  /** A room's name or id. */
  target: z.string().regex(/^[\w-]{1,64}$/),
});

/** Join options are the game's own; keys that could reach a prototype are nobody's. */
const JoinOptions = z
  .custom<object>((options) => !Object.hasOwn(Object(options), '__proto__'), {
    message: '__proto__ is no option',
  })
  .pipe(z.record(z.string().max(128), z.unknown()))
  .refine((options) => !Object.hasOwn(options, MATCH_OPTION), {
    message: `${MATCH_OPTION} is not the client's to say`,
  });

/**
 * The handlers of Colyseus' matchmaking endpoint: limited per address, bounded, typed.
 *
 * Replies are Colyseus' seat reservations; failures are thrown, for `matchmakeErrorBody`. */
export function matchmakeRoute(deps: {
  readonly node: ColyseusNode;
  readonly config: HttpConfig;
  readonly metrics: JoinMetrics;
  readonly addressOf: (request: AddressedRequest) => string;
}): RequestHandler[] {
  const limiter = new AddressRateLimiter({ perMinute: deps.config.matchmakePerMinute });
  const count: RequestHandler = (request, response, next) => {
    const { method = '' } = request.params;
    response.once('close', () => {
      const outcome = response.writableFinished ? response.locals['errorCode'] : 'aborted';
      // Anybody can invent methods; a label has few values.
      const label = isClientMethod(String(method)) ? String(method) : 'other';
      deps.metrics.joinEnded(label, String(outcome ?? 'ok'));
    });
    next();
  };
  const limitRate: RequestHandler = async (request, _response, next) => {
    await limiter.consume(deps.addressOf(request));
    next();
  };
  const answer: RequestHandler = async (request, response) => {
    const { method, target } = parse(Target, request.params);
    const options = parse(JoinOptions, request.body ?? {});
    const context = authContext(request, deps.addressOf(request));
    // Anybody can invent methods; a name of a span has few values.
    const route = isClientMethod(method) ? `/matchmake/${method}/{target}` : '/matchmake/{method}';
    const seat = await servedInSpan({ request, route, status: 200 }, () =>
      deps.node.reserveSeat({ method, target, options, context }),
    );
    response.json(seat);
  };
  return [count, limitRate, readJson(deps.config.bodyLimitBytes), answer];
}

/** Colyseus' numbers of what did not come from its matchmaker. */
const COLYSEUS_CODES: Readonly<Partial<Record<GameErrorCode, number>>> = {
  BAD_REQUEST: ErrorCode.INVALID_PAYLOAD,
  PAYLOAD_TOO_LARGE: ErrorCode.INVALID_PAYLOAD,
  TOKEN_MISSING: ErrorCode.AUTH_FAILED,
  TOKEN_INVALID: ErrorCode.AUTH_FAILED,
  TOKEN_EXPIRED: ErrorCode.AUTH_FAILED,
  TOKEN_REVOKED: ErrorCode.AUTH_FAILED,
  PLAYER_BANNED: ErrorCode.AUTH_FAILED,
  FORBIDDEN: ErrorCode.AUTH_FAILED,
};

/**
 * What a failed matchmaking request answers: the body of every REST failure, and beside it what Colyseus' SDKs look
 * for, `code` (Colyseus' number) and `message`.
 */
export function matchmakeErrorBody(error: GameError): ErrorBody & {
  readonly code: number;
  readonly message: string;
} {
  const said = error.cause instanceof ServerError ? error.cause.code : undefined;
  return {
    ...error.toBody(),
    code: said ?? COLYSEUS_CODES[error.code] ?? ErrorCode.MATCHMAKE_UNHANDLED,
    message: error.message,
  };
}

function authContext(request: Request, address: string) {
  const context = createAuthContext({
    headers: request.headers as Record<string, string | undefined>,
    req: request,
  });
  context.ip = address;
  return context;
}
