// A route is described once: the express handler and the OpenAPI operation are both made of it (api.ts,
// openapi-document.ts), so neither can know a field, a status or an error that the other does not.

import type { z } from 'zod';
import type { ErrorCode } from '../../errors/errors.ts';
import type { GameError } from '../../errors/game-error.ts';
import { parse } from './parse.ts';

/** Who sent the request, as the access token proves. */
export interface Caller {
  readonly playerId: string;
  readonly displayName: string;
  /** When his token was issued; wall clock, ms. */
  readonly issuedAtMs?: number;
}

/** Of a route that anybody may ask: its `answer` does not look. */
export const NOBODY: Caller = { playerId: '', displayName: '' };

export interface RouteRequest<Body, Params, Query> {
  readonly body: Body;
  readonly params: Params;
  readonly query: Query;
  /** Of the client, for limits; see `clientAddress`. */
  readonly address: string;
}

/** What a route says of itself, apart from what it does. */
export interface RouteDescription {
  readonly method: 'get' | 'post' | 'patch' | 'delete';
  /** As in OpenAPI: `/v1/profiles/{playerId}`; `/.well-known/…` where others look for it (RFC 8615). */
  readonly path: `/v1/${string}` | `/.well-known/${string}`;
  /** How long others may keep the reply, s; not at all when absent. */
  readonly maxAgeS?: number;
  /** Unique; generated clients use it as the name of their function. */
  readonly operationId: string;
  readonly summary: string;
  /** 204 has no reply. */
  readonly status: 200 | 201 | 204;
  readonly reply?: z.ZodType;
  /** Failures of this route besides those any route may have (openapi-document.ts). */
  readonly errors: readonly ErrorCode[];
  /**
   * Answered without express, which costs several times what a lean answer does: for a GET without a body that anybody may ask, and
   * that everybody asks at once.
   */
  readonly isLean?: true;
  /**
   * Refuses before anything else is looked at (door.ts), so that a crowd can be refused for little; nothing in `params` has been checked.
   *
   * @returns the refusal; otherwise the request comes in, and what is returned is called when it is over
   */
  readonly letIn?: (params: Readonly<Record<string, string>>) => GameError | (() => void);
}

interface TypedRoute<B extends z.ZodType, P extends z.ZodType, Q extends z.ZodType>
  extends RouteDescription {
  readonly body?: B;
  readonly params?: P;
  readonly query?: Q;
}

type ParsedRequest<B extends z.ZodType, P extends z.ZodType, Q extends z.ZodType> = RouteRequest<
  z.output<B>,
  z.output<P>,
  z.output<Q>
>;

type PublicRoute<B extends z.ZodType, P extends z.ZodType, Q extends z.ZodType> = TypedRoute<
  B,
  P,
  Q
> & {
  readonly handle: (request: ParsedRequest<B, P, Q>) => Promise<unknown>;
};

type PlayerRoute<B extends z.ZodType, P extends z.ZodType, Q extends z.ZodType> = TypedRoute<
  B,
  P,
  Q
> & {
  readonly handle: (
    request: ParsedRequest<B, P, Q> & { readonly caller: Caller },
  ) => Promise<unknown>;
};

/** A route with its types erased, ready to be mounted and documented. */
export interface Route extends RouteDescription {
  readonly access: 'public' | 'player';
  readonly body?: z.ZodType;
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  /** @throws {GameError} `BAD_REQUEST` when body, params or query do not fit; whatever the route throws */
  readonly answer: (
    request: RouteRequest<unknown, unknown, unknown>,
    caller: Caller,
  ) => Promise<unknown>;
}

/** A route anybody may call. */
export function publicRoute<B extends z.ZodType, P extends z.ZodType, Q extends z.ZodType>(
  route: PublicRoute<B, P, Q>,
): Route {
  const { handle, ...description } = route;
  return {
    ...description,
    access: 'public',
    answer: (request) => handle(parseRequest(route, request)),
  };
}

/** A route for players who are signed in. */
export function playerRoute<B extends z.ZodType, P extends z.ZodType, Q extends z.ZodType>(
  route: PlayerRoute<B, P, Q>,
): Route {
  const { handle, ...description } = route;
  return {
    ...description,
    access: 'player',
    answer: (request, caller) => handle({ ...parseRequest(route, request), caller }),
  };
}

/** A route without a schema for its body, params or query is handed undefined: it cannot read what was not checked. */
function parseRequest<B extends z.ZodType, P extends z.ZodType, Q extends z.ZodType>(
  route: TypedRoute<B, P, Q>,
  request: RouteRequest<unknown, unknown, unknown>,
): ParsedRequest<B, P, Q> {
  return {
    body: route.body ? parse(route.body, request.body ?? {}) : (undefined as z.output<B>),
    params: route.params ? parse(route.params, request.params) : (undefined as z.output<P>),
    query: route.query ? parse(route.query, request.query) : (undefined as z.output<Q>),
    address: request.address,
  };
}
