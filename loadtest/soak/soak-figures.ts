import type { JudgedFigure } from '../bench/profiles/bounds.ts';
import { availabilityOf } from './accounting/availability.ts';
import { TARGETS } from './accounting/bounds.ts';
import { type Incident, incidentsOf } from './accounting/incidents.ts';
import type { SoakRun } from './run-soak.ts';

const MIB = 1_024 ** 2;
/** What a figure must be, by its name. */
const BOUNDS: Readonly<Record<string, { readonly must: '>=' | '='; readonly bound: number }>> = {
  availability: { must: '>=', bound: TARGETS.availability },
  lost_rooms: { must: '=', bound: 0 },
  double_owners: { must: '=', bound: 0 },
  alerts_without_runbook: { must: '=', bound: 0 },
  empty_panels: { must: '=', bound: 0 },
};

export function soakIncidents({ book, faults }: SoakRun): readonly Incident[] {
  return incidentsOf(book.availability.unplayed, faults, book.pauses);
}

/** What a soak measured. Their meaning does not depend on its length or its players, which are figures themselves. */
export function soakFigures(run: SoakRun): Readonly<Record<string, number>> {
  const { book, observed, growths } = run;
  const { availability } = book;
  const played = availability.played();
  const incidents = soakIncidents(run);
  const unordered = incidents.filter(({ kind }) => kind === null);
  const nodes = growths.filter(({ name }) => !/Redis|players|soak/.test(name));
  const figures = {
    availability: availabilityOf(played),
    lost_rooms: run.lost.length,
    double_owners: run.doubleOwners.length,
    ...(observed === null
      ? {}
      : {
          alerts_without_runbook: observed.alertsWithoutRunbook.length,
          empty_panels: observed.emptyPanels.length,
          alerts: observed.alerts,
          panels: observed.panels,
          fired_alerts: observed.fired.length,
        }),
    players: run.options.bots,
    seconds: book.seconds.length,
    player_seconds: played.playerSeconds,
    unplayed_player_seconds: played.playerSeconds - played.playedSeconds,
    excused_player_seconds: played.excusedSeconds,
    faults: run.faults.length,
    felt_faults: incidents.filter(({ kind, players }) => kind !== null && players > 0).length,
    incidents_without_fault: unordered.length,
    unplayed_without_fault: unordered.reduce((sum, one) => sum + one.unplayedSeconds, 0),
    longest_gap_ms: Math.max(0, ...incidents.map(({ longestGapMs }) => longestGapMs)),
    action_p50_ms: book.actionsMs.p50,
    action_p95_ms: book.actionsMs.p95,
    action_p99_ms: book.actionsMs.p99,
    joins: book.joined.door,
    matches_joined: book.joined.queue,
    failed_joins: book.failedJoins.filter(({ via }) => via !== 'queue').length,
    failed_tickets: book.failedJoins.filter(({ via }) => via === 'queue').length,
    ticket_wait_p95_ms: book.waitsMs.p95,
    longest_pause_ms: book.longestPauseMs,
    ...(nodes.length === 0
      ? {}
      : {
          node_memory_growth_max_mib_per_minute: Math.max(
            ...nodes.map(({ bytesPerMinute }) => bytesPerMinute / MIB),
          ),
          node_memory_max_mib: Math.max(...nodes.map(({ lastBytes }) => lastBytes / MIB)),
        }),
    ...Object.fromEntries(
      availability.homes.map((home) => [
        `availability_${home.replaceAll('-', '_')}`,
        availabilityOf(availability.played({ home })),
      ]),
    ),
  };
  return Object.fromEntries(
    Object.entries(figures).map(([name, value]) => [
      name,
      // The target has three nines: a share keeps six digits, and is never rounded up to a bound it misses.
      name.startsWith('availability')
        ? Math.floor(value * 1e6) / 1e6
        : Math.round(value * 100) / 100,
    ]),
  );
}

export function judgeSoak(figures: Readonly<Record<string, number>>): readonly JudgedFigure[] {
  return Object.entries(figures).map(([name, value]) => {
    const found = BOUNDS[name];
    if (found === undefined) return { name, value, bound: null, isKept: true };
    const { must, bound } = found;
    const isKept = must === '=' ? value === bound : value >= bound;
    return { name, value, bound: `${must} ${bound}`, isKept };
  });
}
