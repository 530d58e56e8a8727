import { z } from 'zod';
import { type AuditEntry, OPERATOR_ROLES } from '../protocol/admin.ts';
import type { Logger } from '../telemetry/logger.ts';

export type { AuditEntry } from '../protocol/admin.ts';

// Who did what. What is written down is also a line of the log, so that nobody wipes his traces by wiping the store.
//
//   record() ──▶ line of the log ──▶ AuditStore: the region's Redis, or the node's SQLite file; the newest ten thousand

/** Entries that a store keeps, about 300 bytes each; older ones are in the log alone. */
export const MOST_AUDIT_ENTRIES = 10_000;
/** The most that is read at once. */
export const MOST_AUDIT_PAGE = 1_000;
/** A reason beyond it is cut: people wrote it. */
const MOST_REASON = 500;

/** What operators and what acts for them have done. */
export interface AuditLog {
  /** Never rejects: what was done was done. When the store does not take it, the log says so with the entry. */
  record(entry: AuditEntry): Promise<void>;
  /**
   * The newest first.
   *
   * @throws {GameError} `STORE_UNAVAILABLE`; {Error} when Redis is away
   */
  latest(query: { readonly limit: number }): Promise<readonly AuditEntry[]>;
}

/** Where entries are kept. */
export interface AuditStore {
  append(entry: AuditEntry): Promise<void>;
  /** @param limit - 1 to `MOST_AUDIT_PAGE` */
  latest(limit: number): Promise<readonly AuditEntry[]>;
}

/** An entry as a store keeps it; what another build has written may be none. */
export const AuditEntrySchema = z.object({
  at: z.iso.datetime(),
  actor: z.string(),
  role: z.enum([...OPERATOR_ROLES, 'bot']),
  action: z.string(),
  target: z.string(),
  parameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).exactOptional(),
  outcome: z.enum(['done', 'refused', 'failed', 'dry-run', 'awaits-approval']),
  reason: z.string().exactOptional(),
  traceId: z.string().exactOptional(),
}) satisfies z.ZodType<AuditEntry>;

/** The audit log of this process, over a store. */
export function createAuditLog(deps: {
  readonly store: AuditStore;
  readonly log: Logger;
}): AuditLog {
  const { store, log } = deps;
  return {
    record: async (entry) => {
      const kept = entry.reason === undefined ? entry : { ...entry, reason: cut(entry.reason) };
      log.info({ event: 'audit', ...kept }, `${kept.actor}: ${kept.action} ${kept.outcome}`);
      try {
        await store.append(kept);
      } catch (error) {
        log.error({ err: error, event: 'audit-lost', ...kept }, 'an audit entry was not kept');
      }
    },
    latest: ({ limit }) => store.latest(Math.min(Math.max(1, Math.floor(limit)), MOST_AUDIT_PAGE)),
  };
}

function cut(reason: string): string {
  return reason.length <= MOST_REASON ? reason : `${reason.slice(0, MOST_REASON - 1)}…`;
}
