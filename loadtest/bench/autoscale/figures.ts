import { CONTENDER_NAMES, type ContenderName } from './contenders.ts';
import type { LoadTrace } from './load-traces.ts';
import type { AutoscaleRun } from './simulate.ts';

/** One trace, played by everybody. */
export interface TraceRuns {
  readonly trace: LoadTrace;
  readonly runs: Readonly<Record<ContenderName, AutoscaleRun>>;
}

/**
 * The report's figures: `<figure>_<trace>` of the shipped autoscaler, `<figure>_<trace>_<contender>` of others.
 *
 * @param prefix - before every name
 */
export function autoscaleFigures(
  all: readonly TraceRuns[],
  prefix: string,
): Record<string, number> {
  const figures: Record<string, number> = {};
  for (const { trace, runs } of all) {
    for (const name of CONTENDER_NAMES) {
      const suffix = name === 'shipped' ? '' : `_${name.replaceAll('-', '_')}`;
      for (const [figure, value] of Object.entries(figuresOf(runs[name]))) {
        figures[`${prefix}${figure}_${trace.name}${suffix}`] = value;
      }
    }
    figures[`${prefix}node_hours_ratio_vs_static_${trace.name}`] = rounded(
      runs.shipped.nodeHours / runs.static.nodeHours,
    );
  }
  return figures;
}

function figuresOf(run: AutoscaleRun): Record<string, number> {
  return {
    refused_players: run.refusedPlayers,
    longest_wait_s: run.longestWaitS,
    least_headroom_ratio: rounded(run.leastHeadroomRatio),
    moved_rooms: run.movedRooms,
    node_hours: rounded(run.nodeHours),
    machine_hours: rounded(run.machineHours),
    most_nodes: run.mostNodes,
  };
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
