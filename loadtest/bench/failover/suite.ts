import { secondLine } from '../../chaos/chaos-table.ts';
import type { StageSecond } from '../../chaos/stage.ts';
import type { Report } from '../../report/report.ts';
import { completeReport } from '../../report/write-report.ts';
import { QUICK_NOTE } from '../quick-note.ts';
import { type BusyNodes, playBusyNodes } from './busy-nodes.ts';
import { failoverFigures } from './figures.ts';
import { type JournalCost, measureJournalCost } from './journal-cost.ts';
import type { FailoverOptions } from './options.ts';
import { type FailoverTurn, playFailoverTurn } from './turn.ts';

const ROOMS = { full: 200, quick: 40 } as const;
const TURNS = { full: 3, quick: 1 } as const;
const BUSY_S = { full: 600, quick: 60 } as const;

export interface FailoverResult {
  readonly report: Report;
  readonly turns: readonly FailoverTurn[];
}

/** Runs the whole bench; `progress` gets a line per second. */
export async function runFailoverSuite(
  projectRoot: string,
  options: FailoverOptions,
  progress: (line: string) => void,
): Promise<FailoverResult> {
  const size = options.quick ? 'quick' : 'full';
  const rooms = options.rooms ?? ROOMS[size];
  const turnCount = options.turns ?? TURNS[size];
  const onSecond = (second: StageSecond) => progress(secondLine(second));
  const turns: FailoverTurn[] = [];
  for (let turn = 0; turn < turnCount; turn++) {
    progress(`turn ${turn + 1} of ${turnCount}`);
    const botsPerRoom = options['bots-per-room'];
    turns.push(await playFailoverTurn({ rooms, botsPerRoom, logFolder: options.logs }, onSecond));
  }
  let busy: BusyNodes | null = null;
  if (options.load) {
    progress('busy nodes');
    busy = await playBusyNodes(BUSY_S[size], onSecond);
  }
  const costs: JournalCost[] = [];
  if (options.cost) {
    progress('cost of journals');
    const measured = measureJournalCost(projectRoot, turnCount, options.quick, (run) =>
      progress(costLine(run)),
    );
    costs.push(...(await measured));
  }
  const isStandard = rooms === ROOMS[size] && turnCount === TURNS[size];
  const report = completeReport(projectRoot, {
    suite: 'failover',
    isPinned: false,
    figures: failoverFigures({ turns, busy, costs }, prefixOf(options.quick, isStandard)),
    notes: notesOn(options, turns, busy),
    runs: [...turns, ...(busy === null ? [] : [busy]), ...costs],
  });
  return { report, turns };
}

/** A figure's name never changes its meaning: shortened and unusual runs have their own. */
function prefixOf(isQuick: boolean, isStandard: boolean): string {
  if (!isStandard) return 'custom_';
  return isQuick ? 'quick_' : '';
}

function costLine({ durability, players, cpuPercent, redisBytesPerSecond }: JournalCost): string {
  return `${durability.padEnd(8)} ${players} players  CPU ${cpuPercent.toFixed(1)} %  Redis ${Math.round(redisBytesPerSecond / 1_000)} kB/s`;
}

function notesOn(
  options: FailoverOptions,
  turns: readonly FailoverTurn[],
  busy: BusyNodes | null,
): string[] {
  const broken = [...turns, ...(busy === null ? [] : [busy])].flatMap(({ verdicts }) =>
    verdicts
      .filter(({ breaches }) => breaches.length > 0)
      .map(
        ({ id, title, breaches }) =>
          `${id} (${title}) was broken ${breaches.length} ×: ${breaches[0]}`,
      ),
  );
  const late = Math.max(0, ...turns.flatMap(({ seconds }) => seconds.map((s) => s.worstLateMs)));
  return [
    options.quick ? QUICK_NOTE : '',
    late > 50
      ? `Bots were up to ${late} ms late: nodes, Redis and bots share this machine, and pauses include its queues.`
      : '',
    busy === null ? '' : `Busy nodes used ${busy.cpuPercent.toFixed(0)} % of a core each.`,
    ...new Set(broken),
  ].filter((note) => note !== '');
}
