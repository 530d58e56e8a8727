import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LATENCY_CAPS, latencyCapMs } from './latency-cap.ts';
import {
  type GroupMember,
  type RegionCandidate,
  type RegionChoice,
  type RegionStatus,
  type SelectRegionRequest,
  selectRegion,
} from './select-region.ts';

function region(regionId: string, changes: Partial<RegionCandidate> = {}): RegionCandidate {
  return { regionId, status: 'open', loadRatio: 0, priceClass: 0, ...changes };
}

/** A player by his round trips: `{ eu: 20, us: 90 }`. */
function player(rtts: Readonly<Record<string, number>>): GroupMember {
  return {
    latencies: Object.entries(rtts).map(([regionId, rttMs]) => ({
      ...{ regionId, rttMs, jitterMs: 0, lossRatio: 0 },
    })),
  };
}

function chosenOf(choice: RegionChoice) {
  if (choice.kind !== 'chosen') throw new Error(`nothing was chosen: ${JSON.stringify(choice)}`);
  return choice;
}

const eu = region('eu');
const us = region('us');
const asia = region('asia');

describe('[RG-26] the choice tells its reason, and why each other region was refused', () => {
  test('the best: the worst player of a group decides', () => {
    const choice = selectRegion({
      players: [player({ eu: 10, us: 70, asia: 200 }), player({ eu: 120, us: 75, asia: 30 })],
      regions: [eu, us, asia],
      room: 'action',
    });
    expect(choice).toMatchObject({
      ...{ kind: 'chosen', regionId: 'us', reason: 'best', insteadOf: null },
      ...{ maxRttMs: 75, capMs: 80, hasWarning: false },
    });
    expect(choice.ranking.map(({ regionId, verdict }) => `${regionId} ${verdict}`)).toEqual([
      'us chosen',
      'eu beyond-cap',
      'asia beyond-cap',
    ]);
  });

  test.each(['full', 'closed', 'unreachable', 'suspect'] as const)(
    'spilled: a better one is %s',
    (status) => {
      const shut = region('eu', { status, loadRatio: 0.95 });
      const choice = selectRegion({
        // Its load is why it is shut, and no reason to call it worse.
        players: [player({ eu: 20, us: 35 })],
        regions: [shut, us],
        room: 'action',
      });
      expect(choice).toMatchObject({ regionId: 'us', reason: 'spilled', insteadOf: 'eu' });
      expect(choice.ranking[1]).toMatchObject({ regionId: 'eu', verdict: status });
    },
  );

  test('cap-widened: none within the cap of now, one within the widest', () => {
    const request = { players: [player({ eu: 190, us: 110 })], regions: [eu, us] };
    expect(selectRegion({ ...request, room: 'action' })).toMatchObject({
      ...{ regionId: 'us', reason: 'cap-widened', hasWarning: false, capMs: 80 },
    });
    expect(selectRegion({ ...request, room: 'action', waitedMs: 16_000 })).toMatchObject({
      ...{ regionId: 'us', reason: 'best', capMs: 110 },
    });
    expect(selectRegion({ ...request, room: 'turn-based' })).toMatchObject({ reason: 'best' });
  });

  test('over-cap: none within any, so the nearest with a warning', () => {
    const players = [player({ eu: 300, us: 260 })];
    expect(selectRegion({ players, regions: [eu, us], room: 'action' })).toMatchObject({
      ...{ regionId: 'us', reason: 'over-cap', hasWarning: true, maxRttMs: 260 },
    });
  });

  test('not-measured: the one that most have measured, the emptiest when nobody has, with a warning', () => {
    const players = [player({ eu: 40 }), player({ us: 40 }), player({ us: 41 })];
    const partly = selectRegion({ players, regions: [eu, us, asia], room: 'action' });
    expect(partly).toMatchObject({ regionId: 'us', reason: 'not-measured', hasWarning: true });
    expect(partly.ranking.map((each) => each.unmeasuredPlayers)).toEqual([1, 2, 3]);
    const busy = region('eu', { loadRatio: 0.5 });
    const blind = selectRegion({ players: [player({})], regions: [busy, us], room: 'action' });
    expect(blind).toMatchObject({ regionId: 'us', reason: 'not-measured', maxRttMs: null });
  });

  test('none: no region is open', () => {
    const shut = [region('eu', { status: 'full' }), region('us', { status: 'unreachable' })];
    const choice = selectRegion({ players: [player({ eu: 9 })], regions: shut, room: 'action' });
    expect(choice).toMatchObject({ kind: 'none' });
    expect(choice.ranking.map(({ verdict }) => verdict)).toEqual(['full', 'unreachable']);
  });

  test('load makes a group go next door before a region is full', () => {
    const players = [player({ eu: 30, us: 38 })];
    const busy = region('eu', { loadRatio: 0.89 });
    expect(selectRegion({ players, regions: [busy, us], room: 'action' })).toMatchObject({
      regionId: 'us',
    });
    const calm = region('eu', { loadRatio: 0.6 });
    expect(selectRegion({ players, regions: [calm, us], room: 'action' })).toMatchObject({
      regionId: 'eu',
    });
  });
});

describe('[RG-24] the previous region', () => {
  const regions = [eu, us];
  const choose = (euMs: number, usMs: number) =>
    chosenOf(
      selectRegion({
        players: [player({ eu: euMs, us: usMs })],
        regions,
        room: 'turn-based',
        previousRegionId: 'eu',
      }),
    );

  // Scores are 1.25 x RTT for one player.
  test.each([
    [48, 40, 'eu'],
    [49, 40, 'us'],
    [160, 145, 'eu'],
    [160, 143, 'us'],
  ])('eu at %i ms stays before us at %i ms: %s', (euMs, usMs, regionId) => {
    expect(choose(euMs, usMs)).toMatchObject({
      regionId,
      reason: regionId === 'eu' ? 'kept' : 'best',
    });
  });

  test('does not stay when it is beyond the cap and another is within', () => {
    expect(choose(181, 179)).toMatchObject({ regionId: 'us', reason: 'best' });
  });
});

// What holds for whatever the world looks like.

const REGION_IDS = ['a', 'b', 'c', 'd', 'e'];
const rtt = fc.double({ min: 0, max: 400, noNaN: true });
const aRegion = (regionId: string): fc.Arbitrary<RegionCandidate> =>
  fc.record({
    regionId: fc.constant(regionId),
    status: fc.oneof(
      { weight: 4, arbitrary: fc.constant<RegionStatus>('open') },
      fc.constantFrom<RegionStatus>('full', 'closed', 'unreachable', 'suspect'),
    ),
    loadRatio: fc.double({ min: 0, max: 1, noNaN: true }),
    priceClass: fc.nat(3),
  });
const aPlayer: fc.Arbitrary<GroupMember> = fc
  .tuple(
    ...[...REGION_IDS, 'gone'].map((regionId) =>
      fc.option(
        fc.record({
          regionId: fc.constant(regionId),
          rttMs: rtt,
          jitterMs: fc.double({ min: 0, max: 30, noNaN: true }),
          lossRatio: fc.double({ min: 0, max: 0.1, noNaN: true }),
        }),
        { freq: 20 },
      ),
    ),
  )
  .map((latencies) => ({ latencies: latencies.filter((each) => each !== null) }));
const aRequest: fc.Arbitrary<SelectRegionRequest> = fc.record({
  players: fc.array(aPlayer, { minLength: 1, maxLength: 6 }),
  regions: fc
    .subarray(REGION_IDS, { minLength: 1 })
    .chain((ids) => fc.tuple(...ids.map(aRegion)) as fc.Arbitrary<RegionCandidate[]>),
  room: fc.constantFrom('action' as const, 'turn-based' as const),
  waitedMs: fc.nat(60_000),
  previousRegionId: fc.option(fc.constantFrom(...REGION_IDS), { nil: null }),
});

/** The worst player's round trip; null unless everybody has measured it. */
function worstMs(players: readonly GroupMember[], regionId: string): number | null {
  const rttsMs = players.map(
    ({ latencies }) => latencies.find((each) => each.regionId === regionId)?.rttMs,
  );
  return rttsMs.includes(undefined) ? null : Math.max(...(rttsMs as number[]));
}

const isOpen = ({ status, loadRatio }: RegionCandidate) => status === 'open' && loadRatio < 0.9;

test('[RG-20] a region that is closed, full or unknown is never chosen, and an open one always', () => {
  fc.assert(
    fc.property(aRequest, (request) => {
      const choice = selectRegion(request);
      const open = request.regions.filter(isOpen).map(({ regionId }) => regionId);
      if (choice.kind === 'none') expect(open).toEqual([]);
      else expect(open).toContain(choice.regionId);
      expect(choice.ranking.map(({ regionId }) => regionId).sort()).toEqual(
        request.regions.map(({ regionId }) => regionId).sort(),
      );
    }),
    { numRuns: 1_000 },
  );
});

test('[RG-21] no player is above the cap when a region within it is open, nor above the widest when one is within that', () => {
  fc.assert(
    fc.property(aRequest, (request) => {
      const choice = selectRegion(request);
      const { players, regions, room, waitedMs = 0 } = request;
      const capMs = latencyCapMs(LATENCY_CAPS[room as 'action'], waitedMs);
      const worst = regions
        .filter(isOpen)
        .flatMap(({ regionId }) => worstMs(players, regionId) ?? []);
      for (const boundMs of [capMs, 250]) {
        if (!worst.some((ms) => ms <= boundMs)) continue;
        expect(chosenOf(choice).maxRttMs).toBeLessThanOrEqual(boundMs);
        expect(chosenOf(choice).hasWarning).toBe(false);
      }
    }),
    { numRuns: 1_000 },
  );
});

/** `request` with the round trips to one region longer for the players of `slower`. */
function delayed(
  request: SelectRegionRequest,
  regionId: string,
  delayOf: (player: GroupMember) => number,
): SelectRegionRequest {
  return {
    ...request,
    players: request.players.map((member) => ({
      latencies: member.latencies.map((each) =>
        each.regionId === regionId ? { ...each, rttMs: each.rttMs + delayOf(member) } : each,
      ),
    })),
  };
}

test('[RG-22] a region that was not chosen is not chosen for having become slower, for all or for any but its fastest player', () => {
  const delay = fc.double({ min: 0, max: 200, noNaN: true });
  fc.assert(
    fc.property(
      aRequest,
      fc.constantFrom(...REGION_IDS),
      delay,
      fc.option(fc.nat(5)),
      (request, regionId, delayMs, index) => {
        const before = selectRegion(request);
        if (before.kind === 'none' || before.regionId === regionId) return;
        const rttOf = (member: GroupMember) =>
          member.latencies.find((each) => each.regionId === regionId)?.rttMs ??
          Number.POSITIVE_INFINITY;
        const one = index === null ? null : request.players[index % request.players.length];
        const fastestMs = Math.min(...request.players.map(rttOf));
        if (one && request.players.length > 1 && rttOf(one) === fastestMs) return;
        const slower = (member: GroupMember) => one === null || member === one;
        const after = selectRegion(
          delayed(request, regionId, (member) => (slower(member) ? delayMs : 0)),
        );
        expect(chosenOf(after).regionId).not.toBe(regionId);
      },
    ),
    { numRuns: 2_000 },
  );
});

test('[RG-23] neither the order of players nor that of regions makes a difference', () => {
  const shuffled = aRequest.chain((request) =>
    fc.record({
      request: fc.constant(request),
      players: fc.shuffledSubarray([...request.players], { minLength: request.players.length }),
      regions: fc.shuffledSubarray([...request.regions], { minLength: request.regions.length }),
    }),
  );
  fc.assert(
    fc.property(shuffled, ({ request, players, regions }) => {
      expect(selectRegion({ ...request, players, regions })).toEqual(selectRegion(request));
    }),
    { numRuns: 1_000 },
  );
});

test('[RG-24] a group moves only for more than 10 ms and a tenth, and moving back is then out of the question', () => {
  fc.assert(
    fc.property(aRequest, fc.constantFrom(...REGION_IDS), (request, previousRegionId) => {
      const choice = selectRegion({ ...request, previousRegionId });
      if (choice.kind === 'none') return;
      const scoreOf = (regionId: string) =>
        choice.ranking.find((each) => each.regionId === regionId)?.score?.scoreMs ?? 0;
      const previous = choice.ranking.find((each) => each.regionId === previousRegionId);
      if (previous?.verdict === 'possible') {
        const gainMs = scoreOf(previousRegionId) - scoreOf(choice.regionId);
        expect(gainMs).toBeGreaterThan(Math.max(10, scoreOf(previousRegionId) * 0.1));
      }
      const again = selectRegion({ ...request, previousRegionId: choice.regionId });
      expect(chosenOf(again).regionId).toBe(choice.regionId);
    }),
    { numRuns: 1_000 },
  );
});
