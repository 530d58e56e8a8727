import { createAuthContext } from '@colyseus/core';
import express, { type RequestHandler } from 'express';
import { z } from 'zod';
import type { ColyseusNode } from '../cluster/colyseus-adapter.ts';
import type { HttpConfig } from '../config/config.ts';
import { GameError } from '../errors/game-error.ts';
import { AddressRateLimiter } from '../transport/http/address-rate-limiter.ts';
import type { AddressedRequest } from '../transport/http/client-address.ts';
import { parse } from '../transport/http/parse.ts';

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
  .record(z.string().max(128), z.unknown())
  .refine((options) => !Object.hasOwn(options, '__proto__'), { message: '__proto__ is no option' });

/**
 * The handlers of Colyseus' matchmaking endpoint: limited per address, bounded, typed.
 *
 * Replies are Colyseus' seat reservations. Failures have the body every REST failure has, and `message` beside it, which
 * is what Colyseus' SDKs show.
 */
export function matchmakeRoute(deps: {
  readonly node: ColyseusNode;
  readonly config: HttpConfig;
  readonly metrics: JoinMetrics;
  readonly addressOf: (request: AddressedRequest) => string;
}): RequestHandler[] {
  const limiter = new AddressRateLimiter({ perMinute: deps.config.matchmakePerMinute });
  const limitRate: RequestHandler = async (request, _response, next) => {
    await limiter.consume(deps.addressOf(request));
    next();
  };
  const readJson = express.json({ limit: deps.config.bodyLimitBytes, inflate: false });
  const answer: RequestHandler = async (request, response) => {
    const { method, target } = parse(Target, request.params);
    const options = parse(JoinOptions, request.body ?? {});
    try {
      const reservation = await deps.node.reserveSeat({
        method,
        target,
        options,
        context: authContext(request, deps.addressOf(request)),
      });
      deps.metrics.joinEnded(method, 'ok');
      response.json(reservation);
    } catch (error) {
      deps.metrics.joinEnded(
        error instanceof GameError && error.code === 'METHOD_FORBIDDEN' ? 'forbidden' : method,
        error instanceof GameError ? error.code : 'INTERNAL',
      );
      throw error;
    }
  };
  return [limitRate, readJson, answer];
}

function authContext(request: express.Request, address: string) {
  const context = createAuthContext({
    headers: request.headers as Record<string, string | undefined>,
    req: request,
  });
  context.ip = address;
  return context;
}
