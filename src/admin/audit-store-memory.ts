import { type AuditEntry, type AuditStore, MOST_AUDIT_ENTRIES } from './audit-log.ts';

/** Entries of a process that keeps nothing. */
export class MemoryAuditStore implements AuditStore {
  readonly #entries: AuditEntry[] = [];

  async append(entry: AuditEntry): Promise<void> {
    this.#entries.push(entry);
    if (this.#entries.length > MOST_AUDIT_ENTRIES) this.#entries.shift();
  }

  async latest(limit: number): Promise<readonly AuditEntry[]> {
    return this.#entries.slice(-limit).reverse();
  }
}
