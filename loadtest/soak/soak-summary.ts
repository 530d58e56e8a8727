import { judgementLines } from '../bench/profiles/bounds.ts';
import type { Incident } from './accounting/incidents.ts';
import type { SoakRun } from './run-soak.ts';
import { percent } from './soak-book.ts';
import { judgeSoak, soakFigures, soakIncidents } from './soak-figures.ts';

const MIB = 1_024 ** 2;
const SECOND_MS = 1_000;
/** Processes shown; the report has all. */
const GROWTHS_SHOWN = 5;

/** A soak for people: what was missed first, then every incident, then all figures. */
export function soakSummary(run: SoakRun): string {
  const figures = soakFigures(run);
  const { observed } = run;
  const incidents = soakIncidents(run);
  return [
    `Available ${percent(figures['availability'] ?? 0)} of ${figures['player_seconds']} player-seconds.`,
    '',
    'Incidents',
    ...incidents.map((incident) => `  ${incidentLine(incident, run.book.beganMs)}`),
    ...(incidents.length === 0 ? ['  none'] : []),
    ...section('Lost rooms', run.lost, ({ roomId, reason, players }) => {
      return `${roomId}: ${reason} (${players} players)`;
    }),
    ...section('Double owners', run.doubleOwners, (line) => line),
    ...section('Alerts that fired', observed?.fired ?? [], ({ name, labels, runbook }) => {
      const where = [labels['region'], labels['node']].filter((label) => label !== undefined);
      return `${[name, ...where].join(' ')}: ${runbook ?? 'no runbook'}`;
    }),
    ...section('Alerts without a runbook', observed?.alertsWithoutRunbook ?? [], (name) => name),
    ...section('Empty panels', observed?.emptyPanels ?? [], (name) => name),
    ...section(
      'Memory, fastest growth first',
      run.growths.toSorted((a, b) => b.bytesPerMinute - a.bytesPerMinute).slice(0, GROWTHS_SHOWN),
      ({ name, lastBytes, bytesPerMinute }) =>
        `${name.padEnd(20)} ${(lastBytes / MIB).toFixed(0)} MiB, ${signed(bytesPerMinute / MIB)} MiB a minute`,
    ),
    '',
    judgementLines(judgeSoak(figures)),
  ].join('\n');
}

/** When, why, and what players felt. */
export function incidentLine(incident: Incident, beganMs: number): string {
  const atS = ((incident.atMs - beganMs) / SECOND_MS).toFixed(1).padStart(7);
  return `${atS} s  ${incident.cause}: ${feltLine(incident)}`;
}

export function feltLine(incident: Incident): string {
  const { players, unplayedSeconds, longestGapMs, slowestActionsMs } = incident;
  if (players === 0) return 'nobody felt it';
  const slow =
    slowestActionsMs >= Number.MAX_SAFE_INTEGER
      ? 'some actions never answered'
      : `slowest actions ${slowestActionsMs.toFixed(0)} ms`;
  return `${players} players, ${unplayedSeconds} player-seconds, longest gap ${longestGapMs.toFixed(0)} ms, ${slow}`;
}

function section<T>(title: string, items: readonly T[], line: (item: T) => string): string[] {
  if (items.length === 0) return [];
  return ['', title, ...items.map((item) => `  ${line(item)}`)];
}

function signed(value: number): string {
  return `${value >= 0 ? '+' : ''}${value.toFixed(2)}`;
}
