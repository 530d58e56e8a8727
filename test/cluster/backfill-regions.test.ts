// Players of one region for running rooms of another: real nodes, a Redis for each region.

import { expect } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { longTest } from '../support/long-test.ts';
import { MatchRegions } from '../support/match-regions.ts';
import { areAllRegionsOpen } from '../support/regions-open.ts';
import { type Seated, sit, startMatch, wait } from '../support/running-match.ts';

const SOON = { withinMs: 20_000 };

longTest(
  '[TK-40, TK-50] a running room gets a player of another region, when his search has come that far',
  async () => {
    await using regions = await MatchRegions.start({ game: 'test/support/backfill-game.ts' });
    for (const id of ['a', 'b'] as const) {
      await eventually(() => areAllRegionsOpen(regions.region(id).url), SOON);
    }
    const near = { latencyMsByRegion: { a: 20 } };
    const seated = await startMatch(regions.region('a'), 'duel', [near, near]);
    const [stayer, leaver] = seated as [Seated, Seated];
    await leaver.room.leave();
    const latencyMsByRegion = { a: 60, b: 20 };
    const newcomer = await sit(await wait(regions.region('b'), 'duel', { latencyMsByRegion }));
    expect(newcomer.seat.regionId).toBe('a');
    expect(newcomer.seat.reservation.roomId).toBe(stayer.seat.reservation.roomId);
    await eventually(
      () => stayer.room.state.lineUp.includes(newcomer.player.tokens.displayName),
      SOON,
    );
  },
);
