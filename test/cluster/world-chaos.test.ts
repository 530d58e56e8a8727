// The promises over several regions, with five real ones: a short run of the worst that can happen to one, judged like a long one.

import { expect } from 'vitest';
import { runWorldChaos } from '../../loadtest/chaos/world/run-world-chaos.ts';
import { worldFigures } from '../../loadtest/chaos/world/world-figures.ts';
import { WORLD_CHAOS_FLAGS } from '../../loadtest/chaos/world/world-options.ts';
import { WORLD_SCENARIOS } from '../../loadtest/chaos/world/world-scenarios.ts';
import { worldSecondLine } from '../../loadtest/chaos/world/world-second-line.ts';
import { parseCommand } from '../../loadtest/cli/command-line.ts';
import { longTest } from '../support/long-test.ts';

const ROOMS = 3;
const BOTS_PER_ROOM = 2;

longTest(
  '[CH-2] [CH-11] [CH-12] [CH-13] [CH-14] [CH-15] black-hole-region: rooms go on elsewhere, tickets end once',
  async () => {
    const parsed = parseCommand({ usage: '', summary: '', flags: WORLD_CHAOS_FLAGS }, [
      ...['--quick', '--rooms', String(ROOMS), '--bots-per-room', String(BOTS_PER_ROOM)],
      ...['--rate', '3'],
    ]);
    if (parsed.kind !== 'run') throw new Error(parsed.text);
    const lines: string[] = [];
    const { evidence, verdicts } = await runWorldChaos(
      WORLD_SCENARIOS['black-hole-region'],
      parsed.values,
      (second) => lines.push(worldSecondLine(second)),
    );
    const log = lines.join('\n');
    const broken = verdicts.filter(({ breaches }) => breaches.length > 0);
    expect(broken, log).toEqual([]);
    const figures = worldFigures(evidence, verdicts);
    expect(figures, log).toMatchObject({
      lost_tickets: 0,
      duplicated_tickets: 0,
      double_owner_count: 0,
      resumed_rooms: ROOMS,
      resumed_bots: ROOMS * BOTS_PER_ROOM,
    });
    // It was a test of something: matches were made over links while one region was silent.
    expect(figures['matches_across_regions'], log).toBeGreaterThan(0);
  },
  120_000,
);
