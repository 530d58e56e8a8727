import express, { type Router } from 'express';
import { z } from 'zod';
import { GameError } from '../errors/game-error.ts';
import {
  type OperatorSession,
  type OperatorSignIn,
  SESSION_PATH,
} from '../protocol/operator-session.ts';
import { clientAddress } from '../transport/http/client-address.ts';
import { parse } from '../transport/http/parse.ts';
import type { AuditLog } from './audit-log.ts';
import {
  type AccessDeps,
  ownHeaderOnly,
  sessionOf,
  setCookie,
  tokenOf,
} from './operator-access.ts';

/** Name and password. */
const MOST_BODY = '4kb';

const SignIn = z.strictObject({
  name: z.string().trim().toLowerCase().min(1).max(64),
  password: z.string().min(1).max(512),
}) satisfies z.ZodType<OperatorSignIn>;

/** How operators come in and go, at `/admin/v1/session`; before the door. */
export function sessionRouter(deps: AccessDeps & { readonly audit: AuditLog }): Router {
  const { operators, sessions, audit, isTrustedProxy } = deps;
  const router = express.Router();

  router.get(SESSION_PATH, async (request, response) => {
    const session = await sessionOf(request, deps);
    if (session === null) throw new GameError('TOKEN_MISSING', {}, { message: 'Sign in first.' });
    response.set('Cache-Control', 'no-store').json(session);
  });

  const readJson = express.json({ limit: MOST_BODY });
  router.post(SESSION_PATH, ownHeaderOnly, readJson, async (request, response) => {
    const { name, password } = parse(SignIn, request.body);
    const address = clientAddress(request, isTrustedProxy);
    const record = (role: OperatorSession['role'], outcome: 'done' | 'refused', reason?: string) =>
      audit.record({
        ...{ at: new Date().toISOString(), actor: `operator:${name}`, role },
        ...{ action: 'sign-in', target: address, outcome },
        ...(reason === undefined ? {} : { reason }),
      });
    const operator = await operators.signIn(name, password, address).catch(async (error) => {
      await record('viewer', 'refused', 'too many wrong passwords');
      throw error;
    });
    if (operator === null) {
      await record('viewer', 'refused', 'name and password do not belong together');
      throw new GameError(
        'CREDENTIALS_WRONG',
        {},
        { message: 'Name and password do not belong together.' },
      );
    }
    const { token, session } = sessions.start(operator);
    const ttlMs = session.expiresAtMs - Date.now();
    setCookie(request, response, { token, ttlMs });
    await record(operator.role, 'done');
    const answer: OperatorSession = { ...operator, expiresAtMs: session.expiresAtMs };
    response.set('Cache-Control', 'no-store').json(answer);
  });

  router.delete(SESSION_PATH, ownHeaderOnly, (request, response) => {
    const token = tokenOf(request);
    if (token !== null) sessions.end(token);
    setCookie(request, response, { token: '', ttlMs: 0 });
    response.status(204).end();
  });
  return router;
}
