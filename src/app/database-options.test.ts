import { describe, expect, test } from 'vitest';
import { DatabaseUsageError, parseDatabaseOptions } from './database-options.ts';

test('what is not said', () => {
  expect(parseDatabaseOptions(['migrate'])).toEqual({
    command: 'migrate',
    database: undefined,
    zones: undefined,
    isDryRun: false,
    wantsJson: false,
    waitMs: 120_000,
    leaseMs: 30_000,
  });
});

test('what is said', () => {
  const argv = ['shard', '--zones', 'eu=a', '--dry-run', '--json', '--wait', '0', '--lease', '5'];
  expect(parseDatabaseOptions(argv)).toMatchObject({
    command: 'shard',
    zones: [{ regionId: 'eu', shards: ['a'] }],
    isDryRun: true,
    wantsJson: true,
    waitMs: 0,
    leaseMs: 5_000,
  });
});

describe('what is wrong is named', () => {
  test.each([
    [[], 'the command'],
    [['drop'], 'the command'],
    [['migrate', 'twice'], 'twice'],
    [['migrate', '--force'], '--force'],
    [['migrate', '--database', 'oracle'], '--database'],
    [['migrate', '--wait', 'long'], '--wait'],
    [['migrate', '--lease', '0'], '--lease'],
    [['shard', '--zones', ''], '--zones'],
    [['shard', '--zones', 'eu'], '--zones'],
  ])('%j: %s', (argv, named) => {
    expect(() => parseDatabaseOptions(argv)).toThrow(DatabaseUsageError);
    expect(() => parseDatabaseOptions(argv)).toThrow(named);
  });
});
