// What operators did is kept, wherever a node has a store.

import { describe, expect, test } from 'vitest';
import {
  type AuditEntry,
  type AuditLog,
  createAuditLog,
  MOST_AUDIT_ENTRIES,
} from '../../src/admin/audit-log.ts';
import { RedisAuditStore } from '../../src/admin/audit-store-redis.ts';
import { SqliteAuditStore } from '../../src/admin/audit-store-sqlite.ts';
import { redisKeys } from '../../src/storage/redis/redis-keys.ts';
import { SqliteDatabase } from '../../src/storage/sqlite/sqlite-database.ts';
import type { Logger } from '../../src/telemetry/logger.ts';
import { redisServers } from './redis-stores.ts';

const servers = redisServers();

const entry: AuditEntry = {
  ...{ at: '2026-11-29T20:00:00.000Z', actor: 'operator:ada', role: 'operator' },
  ...{ action: 'drain-node', target: 'n1', parameters: { wave: 2, forced: false } },
  ...{ outcome: 'done', traceId: '0af7651916cd43dd8448eb211c80319c' },
};

interface OpenLog extends AsyncDisposable {
  readonly audit: AuditLog;
  readonly lines: readonly object[];
  readonly breakStore: () => Promise<unknown>;
}

function loggedIn(lines: object[]): Logger {
  const write = (fields: object) => lines.push(fields);
  return { info: write, error: write } as unknown as Logger;
}

async function openSqlite(): Promise<OpenLog> {
  const db = await SqliteDatabase.open({ path: ':memory:' });
  const lines: object[] = [];
  return {
    audit: createAuditLog({ store: new SqliteAuditStore({ db }), log: loggedIn(lines) }),
    lines,
    breakStore: () => db.close(),
    [Symbol.asyncDispose]: () => db.close(),
  };
}

async function openRedis(kind: 'single' | 'cluster'): Promise<OpenLog> {
  const redis = await servers[kind].client();
  await redis.flushall();
  const lines: object[] = [];
  return {
    audit: createAuditLog({ store: new RedisAuditStore({ redis }), log: loggedIn(lines) }),
    lines,
    breakStore: async () => redis.disconnect(),
    [Symbol.asyncDispose]: async () => redis.disconnect(),
  };
}

describe.each([
  ['SQLite', openSqlite],
  ['Redis', () => openRedis('single')],
  ['Redis Cluster', () => openRedis('cluster')],
] as const)('AuditLog: %s', (_, open: () => Promise<OpenLog>) => {
  test('[CN-30] it tells the newest first, as they were recorded', async () => {
    await using opened = await open();
    const { audit, lines } = opened;
    const refused = { ...entry, outcome: 'refused', reason: 'a viewer may not' } as const;
    await audit.record(entry);
    await audit.record(refused);
    expect(await audit.latest({ limit: 10 })).toEqual([refused, entry]);
    expect(await audit.latest({ limit: 1 })).toEqual([refused]);
    expect(lines).toEqual([
      { event: 'audit', ...entry },
      { event: 'audit', ...refused },
    ]);
  });

  test('[CN-31] when the store is away nothing fails, and the log has it', async () => {
    await using opened = await open();
    await opened.breakStore();
    await opened.audit.record(entry);
    expect(opened.lines).toEqual([
      { event: 'audit', ...entry },
      { err: expect.anything(), event: 'audit-lost', ...entry },
    ]);
  });
});

test('[CN-32] SQLite keeps the newest ten thousand', async () => {
  await using db = await SqliteDatabase.open({ path: ':memory:' });
  const store = new SqliteAuditStore({ db });
  await store.append(entry);
  const jump = `UPDATE sqlite_sequence SET seq = ${MOST_AUDIT_ENTRIES - 1} WHERE name = 'audit'`;
  await db.write({ sql: jump });
  await store.append({ ...entry, target: 'n2' });
  expect(await store.latest(5)).toHaveLength(2);
  await store.append({ ...entry, target: 'n3' });
  expect((await store.latest(5)).map(({ target }) => target)).toEqual(['n3', 'n2']);
});

test('[CN-32] Redis keeps about the newest ten thousand', async () => {
  await using redis = servers.single.client();
  await redis.flushall();
  const many = redis.pipeline();
  for (let at = 0; at < MOST_AUDIT_ENTRIES + 500; at++) many.xadd(redisKeys.audit, '*', 'e', '{}');
  await many.exec();
  await new RedisAuditStore({ redis }).append(entry);
  expect(await redis.xlen(redisKeys.audit)).toBeLessThan(MOST_AUDIT_ENTRIES + 200);
});
