import { join } from 'node:path';
import express, { type RequestHandler, type Router } from 'express';
import helmet from 'helmet';
import {
  ACTIONS_PATH,
  type ActionResult,
  type OperatorAction,
  ROLE_OF_ACTION,
  WORLD_PATH,
  type WorldView,
} from '../protocol/admin.ts';
import {
  type AnswerTo,
  type OperatorQuestion,
  QUESTIONS_PATH,
} from '../protocol/operator-questions.ts';
import { parse } from '../transport/http/parse.ts';
import type { AuditLog } from './audit-log.ts';
import { audited } from './audited.ts';
import { demandRole, operatorOf, ownHeaderOnly } from './operator-access.ts';
import { OperatorActionSchema, targetOf } from './operator-action.ts';
import { OperatorQuestionSchema } from './operator-question.ts';

/** What stands behind the console: a node, or a whole local world. */
export interface ConsoleSource {
  view(): Promise<WorldView>;
  /** @throws {GameError} `ROOM_UNKNOWN`, `NODE_UNREACHABLE`, `REGION_UNREACHABLE`, … for what it cannot tell */
  ask<Question extends OperatorQuestion>(question: Question): Promise<AnswerTo<Question>>;
  /** @throws {GameError} `NODE_UNKNOWN`, `NODE_UNREACHABLE`, `BAD_REQUEST` for what it has not or cannot do */
  act(action: OperatorAction): Promise<ActionResult>;
}

/** Where the page lies after its build; beside this file in the sources and in what they are compiled to. */
const PAGE = join(import.meta.dirname, 'console', 'dist');
/** An action is a line of JSON. */
const MOST_BODY = '4kb';

/**
 * The interface of the operator's console: what it shows at `/admin/v1/world`, what it asks for at `/admin/v1/questions`, and what it does
 * at `/admin/v1/actions`. Who may come in is decided before, who may do what here.
 */
export function consoleRouter(deps: {
  readonly source: ConsoleSource;
  readonly audit: AuditLog;
}): Router {
  const { source, audit } = deps;
  const router = express.Router();
  router.get(WORLD_PATH, async (_request, response) => {
    response.set('Cache-Control', 'no-store').json(await source.view());
  });
  const body = express.json({ limit: MOST_BODY });
  router.post(QUESTIONS_PATH, ownHeaderOnly, body, async (request, response) => {
    const question = parse(OperatorQuestionSchema, request.body);
    response.set('Cache-Control', 'no-store').json(await source.ask(question));
  });
  router.post(ACTIONS_PATH, ownHeaderOnly, body, async (request, response) => {
    const operator = operatorOf(response);
    const action = parse(OperatorActionSchema, request.body);
    const result = await audited(
      { audit, operator },
      { action: action.action, target: targetOf(action), parameters: parametersOf(action) },
      async () => {
        demandRole(operator, ROLE_OF_ACTION[action.action]);
        return await source.act(action);
      },
    );
    response.json(result);
  });
  return router;
}

/** The console's pages at `/admin/`, without anything of the game: who is not signed in gets the one where he signs in. */
export function consolePages(isSignedIn: (request: express.Request) => Promise<boolean>): Router {
  const router = express.Router();
  const files = express.static(PAGE, { index: false });
  router.use('/admin', contentPolicy());
  router.get('/admin', async (request, response, next) => {
    // Express takes both for the same; relative names do not.
    if (!request.originalUrl.split('?')[0]?.endsWith('/')) {
      response.redirect('/admin/');
      return;
    }
    const isIn = await isSignedIn(request);
    response.set('Cache-Control', 'no-store').status(isIn ? 200 : 401);
    response.sendFile(isIn ? 'index.html' : 'sign-in.html', { root: PAGE }, (error) => {
      if (error) next(error);
    });
  });
  router.use('/admin', files);
  return router;
}

/** What of an action is not its target, for the audit log. */
function parametersOf(action: OperatorAction): Readonly<Record<string, string | number | boolean>> {
  const { action: _, ...rest } = action;
  return Object.fromEntries(
    Object.entries(rest).flatMap(([name, value]) =>
      value === null || value === undefined || typeof value === 'object' ? [] : [[name, value]],
    ),
  );
}

/** The page brings everything it needs: nothing inline, nothing from elsewhere, in nobody's frame. */
function contentPolicy(): RequestHandler {
  return helmet.contentSecurityPolicy({
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'"],
      connectSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
  });
}
