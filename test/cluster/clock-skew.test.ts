// Clocks that are minutes apart: of two regions, and of two nodes of one region. Real nodes, real Redis, wrong clocks.

import { expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { longTest } from '../support/long-test.ts';
import { MatchPlayer, type MatchRegion } from '../support/match-player.ts';
import { MatchRegions } from '../support/match-regions.ts';
import { MeridianRegion } from '../support/meridian-region.ts';
import { areAllRegionsOpen } from '../support/regions-open.ts';
import { skewedClock } from '../support/skewed-node.ts';
import type { MeridianProcess } from '../support/start-meridian.ts';

const SOON = { withinMs: 30_000 };
const MINUTES_MS = 3 * 60_000;

async function enter(region: MatchRegion, latencyMsByRegion: Readonly<Record<string, number>>) {
  const player = await MatchPlayer.signIn(region);
  const { status, body } = await player.enter('duel', { latencyMsByRegion });
  expect(status).toBe(201);
  return { player, ticket: body };
}

/** How long all tickets that these nodes have matched had waited, by their own word. */
async function waitedMs(nodes: readonly MeridianProcess[]): Promise<number> {
  const sums = await Promise.all(
    nodes.map((node) => node.metric('meridian_matchmaking_wait_seconds_sum')),
  );
  return sums.reduce((a, b) => a + b, 0) * 1_000;
}

longTest(
  '[TK-44] regions whose nodes’ clocks are minutes apart match each other’s tickets at their true age',
  async () => {
    await using regions = await MatchRegions.start({ env: { b: skewedClock(MINUTES_MS) } });
    for (const id of ['a', 'b'] as const) {
      await eventually(() => areAllRegionsOpen(regions.region(id).url), SOON);
    }
    const beganAtMs = performance.now();
    const anna = await enter(regions.region('a'), { a: 20, b: 60 });
    const ben = await enter(regions.region('b'), { a: 60, b: 20 });
    const seats = await Promise.all([
      anna.player.matched(anna.ticket),
      ben.player.matched(ben.ticket),
    ]);
    const tookMs = performance.now() - beganAtMs;
    expect(seats[0].reservation.roomId).toBe(seats[1].reservation.roomId);
    const nodes = [...regions.nodes('a'), ...regions.nodes('b')];
    const waited = await eventually(async () => (await waitedMs(nodes)) || null, SOON);
    // Both of them together.
    expect(waited).toBeGreaterThan(3_000);
    expect(waited).toBeLessThan(2 * tookMs);
    // What the region that is ahead has certified is refused where it is of the future, with the reason; its own ones are good.
    const late = await MatchPlayer.signIn(regions.region('a'));
    const refused = async (latencyTokens: readonly string[]) => {
      const { status, body } = await late.enter('duel', { latencyTokens });
      return [status, body.error?.code, body.error?.details?.['reason']];
    };
    const ofFuture = await late.latencyTokens({ b: 60 }, MINUTES_MS);
    expect(await refused(ofFuture)).toEqual([422, 'LATENCY_INVALID', 'clock']);
    const ofPast = await late.latencyTokens({ b: 60 }, -16 * 60_000);
    expect(await refused(ofPast)).toEqual([422, 'LATENCY_INVALID', 'stale']);
    const bella = await MatchPlayer.signIn(regions.region('b'));
    const own = await bella.latencyTokens({ b: 20 }, MINUTES_MS);
    expect((await bella.enter('duel', { latencyTokens: own })).status).toBe(201);
  },
);

test('[TK-44] nodes of one region whose clocks are minutes apart agree on the age of a ticket', async () => {
  const secret = 'a secret of one region, long enough';
  await using region = await MeridianRegion.open('test/support/match-game.ts', {
    JWT_SECRET: secret,
  });
  const [right, wrong] = [
    await region.start(),
    await region.start({ env: skewedClock(-MINUTES_MS) }),
  ];
  await region.acquainted();
  const at = ({ url }: MeridianProcess): MatchRegion => ({
    ...{ url, regionId: 'local', regionIds: ['local'], secret },
  });
  const players = await Promise.all([right, wrong].map((node) => MatchPlayer.signIn(at(node))));
  // Whichever node matches the queue: it hears of one ticket of each.
  for (const [index, player] of players.entries()) {
    const aheadMs = index === 0 ? 0 : -MINUTES_MS;
    const latencyTokens = await player.latencyTokens({ local: 20 }, aheadMs);
    const { status, body } = await player.enter('party', { latencyTokens });
    expect(status).toBe(201);
    expect(Math.abs(body.createdAtMs - Date.now())).toBeLessThan(10_000);
    const why = await eventually(async () => {
      const answer = await player.explain(body.ticketId);
      return answer.status === 200 ? answer.body : null;
    }, SOON);
    expect(why.waitedMs).toBeLessThan(20_000);
    await eventually(async () => {
      const { body: now } = await player.ticket(body.ticketId);
      return now.state === 'searching' && now.widening.step > 0;
    }, SOON);
  }
});
