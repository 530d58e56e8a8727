import express, { type RequestHandler, type Response, type Router } from 'express';
import { z } from 'zod';
import type { OperatorRole } from '../../protocol/admin.ts';
import { parse } from '../../transport/http/parse.ts';
import type { AuditLog } from '../audit-log.ts';
import type { IncidentDesk } from './incident-desk.ts';

/** Who asks, as the door has found out. */
export interface AnsweringOperator {
  readonly name: string;
  readonly role: OperatorRole;
}

const Params = z.strictObject({
  incidentId: z.string().regex(/^[\w-]{1,96}$/),
  answer: z.enum(['approve', 'deny']),
});

/**
 * `GET /` and `POST /:incidentId/approve|deny`, behind the operator's door: all incidents of the region, and the answers to those that wait
 * for one. Every operator may look.
 *
 * @param deps.mayAnswer - lets those through who may approve, and refuses the others
 */
export function incidentRouter(deps: {
  readonly desk: IncidentDesk;
  readonly audit: Pick<AuditLog, 'record'>;
  readonly operatorOf: (response: Response) => AnsweringOperator;
  readonly mayAnswer: RequestHandler;
}): Router {
  const { desk, audit, operatorOf, mayAnswer } = deps;
  const router = express.Router();
  router.get('/', async (_request, response) => {
    response.set('Cache-Control', 'no-store').json(await desk.view());
  });
  router.post('/:incidentId/:answer', mayAnswer, async (request, response) => {
    const { incidentId, answer } = parse(Params, request.params);
    const { name, role } = operatorOf(response);
    const by = `operator:${name}`;
    const entry = {
      ...{ at: new Date().toISOString(), actor: by, role },
      ...{ action: `${answer}-incident`, target: incidentId },
    };
    try {
      await desk.answer({ incidentId, isApproved: answer === 'approve', by });
    } catch (error) {
      await audit.record({ ...entry, outcome: 'refused', reason: (error as Error).message });
      throw error;
    }
    await audit.record({ ...entry, outcome: 'done' });
    response.status(204).end();
  });
  return router;
}
