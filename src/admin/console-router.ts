import { join } from 'node:path';
import express, { type RequestHandler, type Router } from 'express';
import helmet from 'helmet';
import { GameError } from '../errors/game-error.ts';
import {
  ACTION_HEADER,
  ACTIONS_PATH,
  type ActionResult,
  type OperatorAction,
  WORLD_PATH,
  type WorldView,
} from '../protocol/admin.ts';
import { parse } from '../transport/http/parse.ts';
import { OperatorActionSchema } from './operator-action.ts';

/** What stands behind the console: a node, or a whole local world. */
export interface ConsoleSource {
  view(): Promise<WorldView>;
  /** @throws {GameError} `NODE_UNKNOWN`, `NODE_UNREACHABLE`, `BAD_REQUEST` for what it has not or cannot do */
  act(action: OperatorAction): Promise<ActionResult>;
}

/** Where the page lies after its build; beside this file in the sources and in what they are compiled to. */
const PAGE = join(import.meta.dirname, 'console', 'dist');
/** An action is a line of JSON. */
const MOST_BODY = '4kb';

/**
 * The operator's console: the page at `/admin/`, what it shows at `/admin/v1/world`, and what it does at `/admin/v1/actions`. Who
 * may come in is decided before.
 */
export function consoleRouter(source: ConsoleSource): Router {
  const router = express.Router();
  router.get(WORLD_PATH, async (_request, response) => {
    response.set('Cache-Control', 'no-store').json(await source.view());
  });
  const body = express.json({ limit: MOST_BODY });
  router.post(ACTIONS_PATH, ownHeaderOnly, body, async (request, response) => {
    response.json(await source.act(parse(OperatorActionSchema, request.body)));
  });
  router.use('/admin', contentPolicy(), express.static(PAGE));
  return router;
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

export const ownHeaderOnly: RequestHandler = (request, _response, next) => {
  if (request.get(ACTION_HEADER) === undefined) {
    throw new GameError('BAD_REQUEST', { reason: `the header ${ACTION_HEADER} is missing` });
  }
  next();
};
