import type { RequestHandler } from 'express';
import { GameError } from '../errors/game-error.ts';
import type { AuditEntry } from '../protocol/admin.ts';
import type { AuditLog } from './audit-log.ts';
import { operatorOf } from './operator-access.ts';
import type { Operator } from './operators.ts';

/** What is being done, before anybody knows how it ends. */
export type AuditSubject = Pick<AuditEntry, 'action' | 'target' | 'parameters'>;

/**
 * Does something for an operator, and writes down how it ended: refusals and failures as well.
 *
 * @throws what `run` throws
 */
export async function audited<Result>(
  deps: { readonly audit: AuditLog; readonly operator: Operator },
  subject: AuditSubject,
  run: () => Promise<Result>,
): Promise<Result> {
  const { audit, operator } = deps;
  const record = (outcome: AuditEntry['outcome'], reason?: string) =>
    audit.record({
      ...{ at: new Date().toISOString(), actor: `operator:${operator.name}`, role: operator.role },
      ...{ ...subject, outcome },
      ...(reason === undefined ? {} : { reason }),
    });
  try {
    const result = await run();
    await record('done');
    return result;
  } catch (error) {
    const isRefused = error instanceof GameError && error.spec.http < 500;
    await record(isRefused ? 'refused' : 'failed', reasonOf(error));
    throw error;
  }
}

/** The same for a handler that answers by itself: how it ended is its status. */
export function auditRequests(
  audit: AuditLog,
  subjectOf: (request: Parameters<RequestHandler>[0]) => AuditSubject | null,
): RequestHandler {
  return (request, response, next) => {
    const subject = subjectOf(request);
    if (subject !== null) {
      const { name, role } = operatorOf(response);
      response.once('finish', () => {
        const { statusCode, locals } = response;
        const outcome = statusCode < 400 ? 'done' : statusCode < 500 ? 'refused' : 'failed';
        const code = locals['errorCode'] as string | undefined;
        void audit.record({
          ...{ at: new Date().toISOString(), actor: `operator:${name}`, role, ...subject, outcome },
          ...(outcome === 'done' ? {} : { reason: code ?? `status ${statusCode}` }),
        });
      });
    }
    next();
  };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof GameError)) return 'it failed; the log says why';
  return String(error.details['reason'] ?? error.code);
}
