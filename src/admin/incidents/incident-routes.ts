import express, { type Router } from 'express';
import { z } from 'zod';
import { parse } from '../../transport/http/parse.ts';
import type { AuditLog } from '../audit-log.ts';
import { audited } from '../audited.ts';
import { operatorOf } from '../operator-access.ts';
import type { IncidentDesk } from './incident-desk.ts';

const Params = z.strictObject({
  incidentId: z.string().regex(/^[\w-]{1,96}$/),
  answer: z.enum(['approve', 'deny']),
});

/**
 * `GET /` and `POST /:incidentId/approve|deny`, behind the operator's door: all incidents of the region, and the answers to those that wait
 * for one. Every operator may look; who may answer is the desk's to say.
 */
export function incidentRouter(deps: {
  readonly desk: IncidentDesk;
  readonly audit: AuditLog;
}): Router {
  const { desk, audit } = deps;
  const router = express.Router();
  router.get('/', async (_request, response) => {
    response.set('Cache-Control', 'no-store').json(await desk.view());
  });
  router.post('/:incidentId/:answer', async (request, response) => {
    const { incidentId, answer } = parse(Params, request.params);
    const operator = operatorOf(response);
    const isApproved = answer === 'approve';
    await audited(
      { audit, operator },
      { action: `${answer}-incident`, target: incidentId },
      async () => await desk.answer({ incidentId, isApproved, operator }),
    );
    response.status(204).end();
  });
  return router;
}
