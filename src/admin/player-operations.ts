import express, { type Router } from 'express';
import { z } from 'zod';
import { parse } from '../transport/http/parse.ts';

/** A ban as operators see it. */
export interface BanView {
  readonly playerId: string;
  /** Null: not banned any more. */
  readonly reason: string | null;
  /** Wall clock, ms; null: for good. */
  readonly untilMs: number | null;
}

/** What operators may do to players; it holds in every region within seconds. */
export interface PlayerOperations {
  ban(
    playerId: string,
    ban: { readonly reason: string; readonly untilMs: number | null },
  ): Promise<BanView>;
  liftBan(playerId: string): Promise<BanView>;
  signOutEverywhere(playerId: string): Promise<void>;
}

/** A ban is a line of JSON. */
const MOST_BODY = '4kb';

const Params = z.strictObject({ playerId: z.string().regex(/^p_[0-9a-z]{20}$/) });

const Ban = z.strictObject({
  /** The player reads it. */
  reason: z.string().trim().min(1).max(500),
  /** Wall clock, ms since the Unix epoch; null: for good. */
  untilMs: z.int().positive().nullable().default(null),
});

/**
 * `POST /:playerId/ban` with `{ reason, untilMs? }`, `DELETE /:playerId/ban`, `POST /:playerId/sign-out`. Stands behind the operator's
 * password.
 */
export function playerOperationsRouter(players: PlayerOperations): Router {
  const router = express.Router();
  const readJson = express.json({ limit: MOST_BODY });
  router.post('/:playerId/ban', readJson, async (request, response) => {
    const { playerId } = parse(Params, request.params);
    response.json(banView(await players.ban(playerId, parse(Ban, request.body))));
  });
  router.delete('/:playerId/ban', async (request, response) => {
    const { playerId } = parse(Params, request.params);
    response.json(banView(await players.liftBan(playerId)));
  });
  router.post('/:playerId/sign-out', async (request, response) => {
    const { playerId } = parse(Params, request.params);
    await players.signOutEverywhere(playerId);
    response.status(204).end();
  });
  return router;
}

function banView({ playerId, reason, untilMs }: BanView): BanView {
  return { playerId, reason, untilMs };
}
