// The door of the console: who is it, from which page, and may he.
//
//   request ─▶ of a page of ours? (Sec-Fetch-Site, Origin) ─▶ cookie, or Basic ─▶ what changes something: with our header ─▶ role ─▶ handler
//                 └ 403                                          └ 401                └ 400                                └ 403, audited
//
// A browser sends a cookie with whatever any page asks for, where SameSite does not hold it back; three things stand before that, each enough by
// itself: SameSite=Strict, the origin, and a header that no page of another site can add.

import type { Request, RequestHandler, Response } from 'express';
import { GameError } from '../errors/game-error.ts';
import { ACTION_HEADER, isAtLeast, type OperatorRole } from '../protocol/admin.ts';
import type { OperatorSession } from '../protocol/operator-session.ts';
import { clientAddress, type TrustedProxies } from '../transport/http/client-address.ts';
import type { OperatorSessions } from './operator-sessions.ts';
import type { Operator, Operators } from './operators.ts';

const COOKIE = 'meridian-console';
const READS = ['GET', 'HEAD', 'OPTIONS'];
const SIGNED_IN = 'operator';

export interface AccessDeps {
  readonly operators: Operators;
  readonly sessions: OperatorSessions;
  readonly isTrustedProxy: TrustedProxies;
}

/** Refuses what pages of other sites ask for, their links included: the monitor acts on GET. */
export function sameOriginOnly(): RequestHandler {
  return (request, response, next) => {
    // Sent by every browser of today; absent means no browser, so nobody's password rides along.
    const site = request.get('sec-fetch-site');
    const isOurs = site === undefined || site === 'same-origin' || site === 'none';
    if (isOurs && isOwnOrigin(request)) next();
    else response.status(403).type('text').send('Requests from other sites are refused.\n');
  };
}

/** Browsers say the origin with all that is no plain GET; `null` is a page that hides its own. */
function isOwnOrigin(request: Request): boolean {
  const origin = request.get('origin');
  if (origin === undefined) return true;
  const host = request.get('x-forwarded-host') ?? request.get('host');
  return URL.canParse(origin) && new URL(origin).host === host;
}

/**
 * Finds out who it is: by the cookie of a sign-in, or by name and password with the request itself (Basic), for scripts.
 *
 * @throws {GameError} `RATE_LIMITED`; who is nobody gets 401
 */
export function identify(deps: AccessDeps): RequestHandler {
  return async (request, response, next) => {
    const session = await sessionOf(request, deps);
    if (session !== null) {
      response.locals[SIGNED_IN] = session;
      next();
      return;
    }
    refuseUnknown(request, response);
  };
}

/** @returns null: he is nobody */
export async function sessionOf(
  request: Request,
  { operators, sessions, isTrustedProxy }: AccessDeps,
): Promise<OperatorSession | null> {
  const token = tokenOf(request);
  const found = token === null ? null : sessions.find(token);
  if (found !== null) return { ...found.operator, expiresAtMs: found.expiresAtMs };
  const credentials = basicCredentials(request);
  if (credentials === null) return null;
  const { name, password } = credentials;
  const operator = await operators.signIn(name, password, clientAddress(request, isTrustedProxy));
  return operator === null ? null : { ...operator, expiresAtMs: null };
}

/** Whoever the door has let in. @throws {GameError} `TOKEN_MISSING` behind no door */
export function operatorOf(response: Response): OperatorSession {
  const session = response.locals[SIGNED_IN] as OperatorSession | undefined;
  if (session === undefined) throw new GameError('TOKEN_MISSING');
  return session;
}

/** For a server that lets everybody in who reaches it: all are that operator. */
export function admitAs(operator: Operator): RequestHandler {
  return (_request, response, next) => {
    response.locals[SIGNED_IN] = { ...operator, expiresAtMs: null } satisfies OperatorSession;
    next();
  };
}

/** Lets pass who has the role. @throws {GameError} `FORBIDDEN` */
export function requireRole(role: OperatorRole): RequestHandler {
  return (_request, response, next) => {
    demandRole(operatorOf(response), role);
    next();
  };
}

/** @throws {GameError} `FORBIDDEN` */
export function demandRole(operator: Operator, role: OperatorRole): void {
  if (isAtLeast(operator.role, role)) return;
  const reason = `this takes the role ${role}; ${operator.name} is ${operator.role}`;
  throw new GameError('FORBIDDEN', { reason }, { message: 'This operator may not do that.' });
}

/** What changes something carries the console's header. Basic comes from scripts: no page can make a browser send it by itself. */
export const ownHeaderOnly: RequestHandler = (request, _response, next) => {
  if (request.get(ACTION_HEADER) === undefined) {
    throw new GameError('BAD_REQUEST', { reason: `the header ${ACTION_HEADER} is missing` });
  }
  next();
};

/** The same for interfaces that scripts used before there were cookies: Basic needs no header. */
export const ownHeaderWithCookie: RequestHandler = (request, response, next) => {
  const isRead = READS.includes(request.method);
  if (isRead || operatorOf(response).expiresAtMs === null) next();
  else ownHeaderOnly(request, response, next);
};

/** @param ttlMs - of the cookie; 0 takes it away */
export function setCookie(
  request: Request,
  response: Response,
  { token, ttlMs }: { readonly token: string; readonly ttlMs: number },
): void {
  // Behind a proxy that ends TLS the socket is plain. Who lies in the header harms nobody but himself.
  const isTls = request.secure || request.get('x-forwarded-proto') === 'https';
  response.cookie(COOKIE, token, {
    ...{ httpOnly: true, sameSite: 'strict', secure: isTls, path: '/', maxAge: ttlMs },
  });
}

/** Of the cookie; null: there is none. */
export function tokenOf(request: Request): string | null {
  const [, token = null] =
    new RegExp(`(?:^|;\\s*)${COOKIE}=([\\w-]{16,128})(?:;|$)`).exec(request.get('cookie') ?? '') ??
    [];
  return token;
}

/** A browser's own dialog for passwords would stand before our page: it is told only to who did not come from it. */
function refuseUnknown(request: Request, response: Response): void {
  response.status(401);
  if (request.get(ACTION_HEADER) !== undefined) {
    response.json(new GameError('TOKEN_MISSING', {}, { message: 'Sign in first.' }).toBody());
    return;
  }
  response.set('WWW-Authenticate', 'Basic realm="Meridian", charset="UTF-8"');
  response.type('text').send('Sign in as operator.\n');
}

function basicCredentials(
  request: Request,
): { readonly name: string; readonly password: string } | null {
  const [, encoded = ''] = /^Basic +(\S+)$/i.exec(request.get('authorization') ?? '') ?? [];
  const [, name, password] =
    /^([^:]{1,64}):([\s\S]{1,512})$/.exec(Buffer.from(encoded, 'base64').toString('utf8')) ?? [];
  return name === undefined || password === undefined ? null : { name, password };
}
