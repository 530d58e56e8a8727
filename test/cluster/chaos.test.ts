// The promise that rooms outlive their process, with real processes: short runs of the chaos scenarios, judged like long ones.

import { describe, expect } from 'vitest';
import { secondLine } from '../../loadtest/chaos/chaos-table.ts';
import { CHAOS_FLAGS, type ChaosOptions } from '../../loadtest/chaos/options.ts';
import { outagesOf } from '../../loadtest/chaos/outages.ts';
import { type ChaosRun, runChaos } from '../../loadtest/chaos/run-chaos.ts';
import type { ScenarioName } from '../../loadtest/chaos/scenarios/scenario.ts';
import { SCENARIOS } from '../../loadtest/chaos/scenarios/scenarios.ts';
import { parseCommand } from '../../loadtest/cli/command-line.ts';
import { longTest } from '../support/long-test.ts';

const ROOMS = 4;
const BOTS_PER_ROOM = 2;

function options(): ChaosOptions {
  const parsed = parseCommand({ usage: '', summary: '', flags: CHAOS_FLAGS }, [
    ...['--quick', '--rooms', String(ROOMS), '--bots-per-room', String(BOTS_PER_ROOM)],
    ...['--sdk-bots', '2'],
  ]);
  if (parsed.kind !== 'run') throw new Error(parsed.text);
  return parsed.values;
}

/** Plays a scenario; the log of a run that broke something is part of the failure. */
async function play(name: ScenarioName): Promise<ChaosRun & { readonly log: string }> {
  const lines: string[] = [];
  const run = await runChaos(SCENARIOS[name], options(), (second) =>
    lines.push(secondLine(second)),
  );
  return { ...run, log: lines.join('\n') };
}

function expectKept({ verdicts, evidence, log }: ChaosRun & { readonly log: string }): void {
  expect(evidence.joins, log).toHaveLength(ROOMS * BOTS_PER_ROOM);
  const broken = verdicts.filter(({ breaches }) => breaches.length > 0);
  expect(broken, log).toEqual([]);
}

describe('[CH-1] [CH-2] [CH-3] [CH-4] [CH-5] [CH-6] [CH-7] [CH-8] [CH-9] [CH-10]', () => {
  longTest.each(['kill-node', 'stop-node', 'drain-node'] as const)(
    '%s: rooms go on elsewhere, whole',
    async (name) => {
      const run = await play(name);
      expectKept(run);
      // Somebody did change his node.
      const moved = outagesOf(run.evidence).filter(({ before, after }) => before.pid !== after.pid);
      expect(moved.length, run.log).toBeGreaterThanOrEqual(BOTS_PER_ROOM);
    },
  );

  longTest('kill-loop: the poisoned room alone is lost, and its players are told', async () => {
    const run = await play('kill-loop');
    expectKept(run);
    const { endings, poisonedRooms } = run.evidence;
    const told = endings.filter(({ roomId }) => poisonedRooms.has(roomId));
    expect(told, run.log).toHaveLength(BOTS_PER_ROOM);
  });
});
