import { expect, test } from 'vitest';
import { parseMongoZones } from './mongo-zones.ts';

test('regions with their shards', () => {
  expect(parseMongoZones(' us-east=shardA,shardB ; eu = shard-c.1;')).toEqual([
    { regionId: 'us-east', shards: ['shardA', 'shardB'] },
    { regionId: 'eu', shards: ['shard-c.1'] },
  ]);
  expect(parseMongoZones('')).toEqual([]);
});

test.each([
  ['a region twice', 'eu=a;eu=b'],
  ['a shard twice', 'eu=a,a'],
  ['no shard', 'eu='],
  ['a list that ends in a comma', 'eu=a,'],
  ['no region', '=a'],
  ['a region in capitals', 'EU=a'],
  ['two equals signs', 'eu=a=b'],
  ['no equals sign', 'eu'],
])('%s is none', (_what, text) => {
  expect(parseMongoZones(text)).toBeNull();
});
