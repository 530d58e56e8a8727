import { parseJson } from '../shared/parse-json.ts';
import { redisKeys } from '../storage/redis/redis-keys.ts';
import type { RedisClient } from '../storage/redis/redis-script.ts';
import {
  type AuditEntry,
  AuditEntrySchema,
  type AuditStore,
  MOST_AUDIT_ENTRIES,
} from './audit-log.ts';

/** Entries of all processes of a region, in a stream of its Redis. */
export class RedisAuditStore implements AuditStore {
  readonly #redis: RedisClient;

  /** `redis` stays its opener's. */
  constructor(deps: { readonly redis: RedisClient }) {
    this.#redis = deps.redis;
  }

  async append(entry: AuditEntry): Promise<void> {
    const text = JSON.stringify(entry);
    await this.#redis.xadd(redisKeys.audit, 'MAXLEN', '~', MOST_AUDIT_ENTRIES, '*', 'e', text);
  }

  async latest(limit: number): Promise<readonly AuditEntry[]> {
    const rows = await this.#redis.xrevrange(redisKeys.audit, '+', '-', 'COUNT', limit);
    return rows.flatMap(([, fields]) => parseJson(AuditEntrySchema, fields[1] ?? '') ?? []);
  }
}
