import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MongoCollectionPlan } from '../collection-plan.ts';
import type { ClusterState, CollectionState, RangeState } from './cluster-state.ts';
import { endOfRegion, planSharding, type ShardingWanted, type ShardStep } from './shard-plan.ts';

const PROFILES: MongoCollectionPlan = {
  name: 'profiles',
  shardKey: { homeRegion: 1, _id: 'hashed' },
  indexes: [],
};
const NAMES: MongoCollectionPlan = { name: 'names', shardKey: { _id: 'hashed' }, indexes: [] };
const WANTED: ShardingWanted = {
  zones: [{ regionId: 'eu', shards: ['a'] }],
  collections: [PROFILES, NAMES],
};
const EMPTY: ClusterState = {
  isDatabaseEnabled: false,
  shards: ['a', 'b', 'c'].map((id) => ({ id, zones: [] })),
  collections: new Map(),
  ranges: [],
};

const range = (zone: string, fromRegion: string | null, toRegion: string | null): RangeState => ({
  collection: 'profiles',
  zone,
  fromRegion,
  toRegion,
  isWhole: true,
});
const kinds = (state: ClusterState) => planSharding(WANTED, state).steps.map(({ kind }) => kind);
const withProfiles = (profiles: CollectionState): ClusterState => ({
  ...EMPTY,
  collections: new Map([['profiles', profiles]]),
});

describe('planSharding', () => {
  test('[DB-20] from nothing to everything, in order', () => {
    expect(kinds(EMPTY)).toEqual([
      'enable-sharding',
      'add-shard-to-zone',
      'set-zone-range',
      'shard-collection',
      'set-validator',
      'shard-collection',
    ]);
  });

  test('[DB-24] with documents: indexed first, not split', () => {
    const { steps } = planSharding(WANTED, withProfiles({ shardKey: null, isEmpty: false }));
    expect(steps.slice(3, 5)).toMatchObject([
      { kind: 'index-shard-key' },
      { kind: 'shard-collection', presplits: false },
    ]);
  });

  test.each([
    ['another field', { homeRegion: 1, playerId: 'hashed' }],
    ['the same fields in another order', { _id: 'hashed', homeRegion: 1 }],
    ['another kind', { homeRegion: 1, _id: 1 }],
  ] as const)('[DB-22] sharded by %s: a conflict', (_what, shardKey) => {
    const { conflicts, steps } = planSharding(WANTED, withProfiles({ shardKey, isEmpty: true }));
    expect(conflicts).toEqual([expect.stringContaining('reshard')]);
    expect(steps.filter((step) => 'plan' in step && step.kind === 'shard-collection')).toHaveLength(
      1,
    );
  });

  test.each([
    ['its own', range('eu', 'eu', 'eu!'), 'as wanted'],
    ['its own, of another zone', range('europe', 'eu', 'eu!'), 'conflict'],
    ['its own, but longer', range('eu', 'eu', 'ev'), 'conflict'],
    ['its own, but not the whole key', { ...range('eu', 'eu', 'eu!'), isWhole: false }, 'conflict'],
    ['as one would write it, within the region', range('eu', 'eu', 'eu'), 'conflict'],
    ['one around it', range('all', null, null), 'conflict'],
    ['one that ends in it', range('e', 'e', 'eu!'), 'conflict'],
    ['one that ends before it', range('e', 'e', 'eu'), 'left'],
    ['one that begins behind it', range('eu-west', 'eu-west', 'eu-west!'), 'left'],
  ] as const)('[DB-22] a range that is there: %s: %s', (_what, found, verdict) => {
    const { asWanted, conflicts, left, steps } = planSharding(WANTED, {
      ...EMPTY,
      ranges: [found],
    });
    const isSet = steps.some(({ kind }) => kind === 'set-zone-range');
    expect({ conflicts: conflicts.length, left: left.length, isSet }).toEqual({
      conflicts: verdict === 'conflict' ? 1 : 0,
      left: verdict === 'left' ? 1 : 0,
      isSet: verdict === 'left',
    });
    if (verdict === 'as wanted')
      expect(asWanted).toContain('the range eu of profiles is its zone’s');
  });

  test('[DB-22] a shard that is not there is told with those that are', () => {
    const zones = [{ regionId: 'eu', shards: ['z'] }];
    expect(planSharding({ ...WANTED, zones }, EMPTY).conflicts).toEqual([
      expect.stringMatching(/no shard z .* a, b, c/),
    ]);
  });

  test('[DB-21] whatever part is done already: the rest makes it whole, in an order that MongoDB takes', () => {
    const regions = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9-]{0,4}$/), {
      minLength: 1,
      maxLength: 4,
    });
    const zones = regions.chain((ids) =>
      fc.tuple(
        ...ids.map((regionId) =>
          fc
            .uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 })
            .map((shards) => ({ regionId, shards })),
        ),
      ),
    );
    fc.assert(
      fc.property(zones, fc.nat(40), fc.boolean(), (wantedZones, doneCount, isEmpty) => {
        const wanted = { zones: wantedZones, collections: [PROFILES, NAMES] };
        const found = withProfiles({ shardKey: null, isEmpty });
        const first = planSharding(wanted, found).steps;
        const begun = first.slice(0, doneCount % (first.length + 1)).reduce(after, found);
        const rest = planSharding(wanted, begun);
        expect(rest.conflicts).toEqual([]);
        const whole = rest.steps.reduce(after, begun);
        const end = planSharding(wanted, whole);
        expect(end).toMatchObject({ steps: [], conflicts: [], left: [] });
        expect(end.asWanted.length).toBeGreaterThanOrEqual(wantedZones.length * 2 + 3);
      }),
    );
  });
});

/** The cluster after a step. @throws where MongoDB would refuse it */
function after(state: ClusterState, step: ShardStep): ClusterState {
  switch (step.kind) {
    case 'enable-sharding':
      return { ...state, isDatabaseEnabled: true };
    case 'add-shard-to-zone':
      return {
        ...state,
        shards: state.shards.map((shard) =>
          shard.id === step.shard ? { ...shard, zones: [...shard.zones, step.zone] } : shard,
        ),
      };
    case 'set-zone-range': {
      if (!state.shards.some(({ zones }) => zones.includes(step.region)))
        throw new Error('no zone');
      if (state.collections.get(step.plan.name)?.shardKey) throw new Error('sharded too early');
      return {
        ...state,
        ranges: [...state.ranges, range(step.region, step.region, endOfRegion(step.region))],
      };
    }
    case 'index-shard-key':
      return state;
    case 'shard-collection':
      return changed(state, step.plan, { shardKey: step.plan.shardKey });
    case 'set-validator':
      return changed(state, step.plan, { validator: step.validator });
  }
}

function changed(
  state: ClusterState,
  { name }: MongoCollectionPlan,
  change: Partial<CollectionState>,
): ClusterState {
  const before = state.collections.get(name) ?? { shardKey: null, isEmpty: true };
  return { ...state, collections: new Map(state.collections).set(name, { ...before, ...change }) };
}
