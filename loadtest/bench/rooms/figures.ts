import { median } from '../../statistics/percentile.ts';
import type { ContenderName } from './contenders.ts';
import type { PlayRun, Run } from './run.ts';

/** Players of the turns that the ratios are taken at. */
export const STANDARD_PLAYERS = 500;
/** Turns of which a median may be called one. */
export const STANDARD_TURNS = 3;

export interface FigureContext {
  readonly isQuick: boolean;
  readonly players: number;
  readonly turns: number;
  /** Most players a contender held, from the search. */
  readonly capacities: ReadonlyMap<ContenderName, number>;
  readonly runs: readonly Run[];
}

/** A contender at the fixed number of players: medians over the turns. */
export interface TurnMedians {
  readonly contender: ContenderName;
  readonly turns: number;
  readonly cpuPercent: number;
  readonly loopLagP99Ms: number;
  readonly actionP50Ms: number;
  readonly actionP95Ms: number;
  readonly bytesPerPlayerPerSecond: number;
  readonly patchesPerSecond: number;
  readonly tickP95Ms: number;
}

const BYTES_PER_KB = 1_024;

export function turnMedians(runs: readonly Run[], contender: ContenderName): TurnMedians | null {
  const turns = runs.filter(
    (run): run is PlayRun =>
      run.kind === 'play' && run.purpose === 'turn' && run.contender === contender,
  );
  if (turns.length === 0) return null;
  const medianOf = (value: (run: PlayRun) => number) => round(median(turns.map(value)));
  return {
    contender,
    turns: turns.length,
    cpuPercent: medianOf(({ server }) => server.cpuPercent),
    loopLagP99Ms: medianOf(({ server }) => server.loopLagMs.p99),
    actionP50Ms: medianOf(({ load }) => load.actionMs.p50),
    actionP95Ms: medianOf(({ load }) => load.actionMs.p95),
    bytesPerPlayerPerSecond: medianOf(({ load }) => load.bytesPerPlayerPerSecond),
    patchesPerSecond: medianOf(({ load }) => load.patchesPerPlayerPerSecond),
    tickP95Ms: medianOf(({ server }) => server.tickMs.p95),
  };
}

/** kB (1024 bytes) of RSS per idle client and room, and the CPU of the idle rooms: medians over the turns. */
export function idleMedians(
  runs: readonly Run[],
  contender: ContenderName,
): { kbPerClient: number; kbPerRoom: number; idleRoomsCpuPercent: number } {
  const memory = runs.filter((run) => run.kind === 'memory' && run.contender === contender);
  const rooms = runs.filter((run) => run.kind === 'idle-rooms' && run.contender === contender);
  const kb = (bytes: number) => round(bytes / BYTES_PER_KB);
  return {
    kbPerClient: kb(
      median(memory.map((run) => ('rssBytesPerClient' in run ? run.rssBytesPerClient : 0))),
    ),
    kbPerRoom: kb(median(rooms.map((run) => ('rssBytesPerRoom' in run ? run.rssBytesPerRoom : 0)))),
    idleRoomsCpuPercent: round(
      median(rooms.map((run) => ('cpuPercent' in run ? run.cpuPercent : 0))),
    ),
  };
}

/**
 * The report's figures. Their plain names are for full runs only: a quick one, or one with other players or turns, puts
 * `quick_` or `custom_` before what it measured differently, so that a name always means the same.
 */
export function roomsFigures(context: FigureContext): Record<string, number> {
  const figures: Record<string, number> = {};
  const prefix = prefixOf(context);
  const put = (name: string, value: number) => {
    if (Number.isFinite(value)) figures[name] = round(value);
  };

  putTurns(context, (name, value) => put(prefix + name, value));
  putCapacities(context.capacities, put);
  putIdle(context.runs, (name, value) => put((context.isQuick ? 'quick_' : '') + name, value));
  return figures;
}

type Put = (name: string, value: number) => void;

function prefixOf({ isQuick, players, turns }: FigureContext): string {
  if (isQuick) return 'quick_';
  return players === STANDARD_PLAYERS && turns >= STANDARD_TURNS ? '' : 'custom_';
}

function putTurns({ runs, isQuick }: FigureContext, put: Put): void {
  const byName = new Map<ContenderName, TurnMedians>();
  for (const name of contendersOf(runs)) {
    const medians = turnMedians(runs, name);
    if (medians === null) continue;
    byName.set(name, medians);
    const suffix = name.replaceAll('-', '_');
    put(`cpu_percent_${suffix}`, medians.cpuPercent);
    put(`loop_lag_p99_ms_${suffix}`, medians.loopLagP99Ms);
    put(`action_p50_ms_${suffix}`, medians.actionP50Ms);
    put(`action_p95_ms_${suffix}`, medians.actionP95Ms);
    put(`bytes_per_player_per_second_${suffix}`, medians.bytesPerPlayerPerSecond);
  }
  const ours = byName.get('meridian');
  const withInput = byName.get('colyseus-input');
  const plain = byName.get('colyseus-plain');
  const twoTimers = byName.get('colyseus-default');
  if (ours === undefined) return;
  if (withInput) {
    put(
      'bytes_ratio_vs_colyseus',
      ours.bytesPerPlayerPerSecond / withInput.bytesPerPlayerPerSecond,
    );
  }
  if (twoTimers)
    put('p95_action_ms_ratio_vs_colyseus_default', ours.actionP95Ms / twoTimers.actionP95Ms);
  // CPU at a fixed number of players is a hint at the capacity, no more: the limit is not reached in a straight line.
  if (isQuick && withInput) {
    put('players_per_core_estimate_vs_colyseus', withInput.cpuPercent / ours.cpuPercent);
  }
  if (isQuick && plain) {
    put('players_per_core_estimate_vs_colyseus_plain', plain.cpuPercent / ours.cpuPercent);
  }
}

function putCapacities(capacities: ReadonlyMap<ContenderName, number>, put: Put): void {
  for (const [name, players] of capacities) {
    put(`players_per_core_${name.replaceAll('-', '_')}`, players);
  }
  const ours = capacities.get('meridian');
  const withInput = capacities.get('colyseus-input');
  const plain = capacities.get('colyseus-plain');
  if (ours === undefined) return;
  if (withInput) put('players_per_core_ratio_vs_colyseus', ours / withInput);
  if (plain) put('players_per_core_ratio_vs_colyseus_plain', ours / plain);
  const onBun = capacities.get('meridian-bun');
  if (onBun && withInput) put('players_per_core_ratio_vs_colyseus_on_bun', onBun / withInput);
}

function putIdle(runs: readonly Run[], put: Put): void {
  for (const [name, suffix] of [
    ['meridian', ''],
    ['colyseus-input', '_colyseus'],
  ] as const) {
    const idle = idleMedians(runs, name);
    put(`kb_per_client${suffix}`, idle.kbPerClient);
    put(`kb_per_room${suffix}`, idle.kbPerRoom);
    put(`idle_rooms_cpu_percent${suffix}`, idle.idleRoomsCpuPercent);
  }
}

function contendersOf(runs: readonly Run[]): readonly ContenderName[] {
  return [...new Set(runs.map(({ contender }) => contender))];
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
