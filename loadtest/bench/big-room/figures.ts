import { TICK_RATE_HZ } from '../rooms/game.ts';
import { ENCODERS, type EncoderName } from './encode-contenders.ts';
import type { EncodeRun } from './encode-meter.ts';
import { STANDARD_PLAYERS } from './options.ts';
import type { FailedPlay, PairRun, PlayRun } from './play-run.ts';
import { SCENARIO_NAMES, type ScenarioName } from './scenarios.ts';

export type BigRoomRun = EncodeRun | PlayRun | PairRun | FailedPlay;

export interface FigureContext {
  readonly isQuick: boolean;
  readonly players: number;
  /** Largest room each held, from the search. */
  readonly capacities: ReadonlyMap<EncoderName, number>;
  readonly runs: readonly BigRoomRun[];
}

/** Figures by name; those of a short or unusual run have names of their own. */
export function bigRoomFigures(context: FigureContext): Record<string, number> {
  const figures: Record<string, number> = {};
  const isStandard = !context.isQuick && context.players === STANDARD_PLAYERS;
  const prefix = isStandard ? '' : context.isQuick ? 'quick_' : `players_${context.players}_`;
  const put = (name: string, value: number | undefined) => {
    if (value === undefined || !Number.isFinite(value)) return;
    figures[`${prefix}${name}`] = Math.round(value * 1_000) / 1_000;
  };
  for (const scenario of SCENARIO_NAMES) putEncoding(context.runs, scenario, put);
  for (const scenario of SCENARIO_NAMES) putPlays(context, scenario, put);
  putPair(context.runs, put);
  const ours = context.runs.filter((run) => run.kind === 'encode' && run.contender === 'meridian');
  if (ours.length > 0) {
    put(
      'decode_errors',
      sumOf(ours as EncodeRun[], ({ decodeErrors }) => decodeErrors),
    );
  }
  for (const [contender, players] of context.capacities) put(`largest_room_${contender}`, players);
  return figures;
}

type Put = (name: string, value: number | undefined) => void;

function putEncoding(runs: readonly BigRoomRun[], scenario: ScenarioName, put: Put): void {
  const find = (contender: EncoderName) =>
    runs.find(
      (run): run is EncodeRun =>
        run.kind === 'encode' && run.scenario === scenario && run.contender === contender,
    );
  const [ours, theirs] = [find('meridian'), find('colyseus')];
  if (ours === undefined) return;
  const name = figureName(scenario);
  put(`visible_${name}`, ours.visible);
  put(`encode_cpu_ms_${name}`, ours.encodeCpuMs);
  put(`interest_cpu_ms_${name}`, ours.interestCpuMs);
  put(`bytes_per_player_per_s_${name}`, ours.bytesPerPlayerPerTick * TICK_RATE_HZ);
  put(`age_p95_ms_near_${name}`, ours.ageP95Ms.near ?? undefined);
  put(`age_p95_ms_far_${name}`, ours.ageP95Ms.far ?? undefined);
  put(`age_worst_ms_${name}`, ours.ageWorstMs);
  if (theirs === undefined) return;
  put(`bytes_per_player_per_s_${name}_colyseus`, theirs.bytesPerPlayerPerTick * TICK_RATE_HZ);
  put(`encode_cpu_ms_${name}_colyseus`, theirs.encodeCpuMs);
  put(`encode_ratio_${name}`, ours.encodeCpuMs / theirs.encodeCpuMs);
  put(`encode_p50_ratio_${name}`, ours.encodeP50Ms / theirs.encodeP50Ms);
}

/** Of as many players as were asked for: the search for the largest room plays with others, too. */
function putPlays({ runs, players }: FigureContext, scenario: ScenarioName, put: Put): void {
  for (const contender of ENCODERS) {
    const run = runs.find(
      (each): each is PlayRun =>
        each.kind === 'play' &&
        each.scenario === scenario &&
        each.contender === contender &&
        each.players === players,
    );
    if (run === undefined) continue;
    const name = `${figureName(scenario)}${run.contender === 'meridian' ? '' : `_${run.contender}`}`;
    put(`tick_p50_ms_${name}`, run.server.tickMs.p50);
    put(`tick_p95_ms_${name}`, run.server.tickMs.p95);
    put(`tick_p99_ms_${name}`, run.server.tickMs.p99);
    put(`tick_cpu_p50_ms_${name}`, run.server.tickCpuMs.p50);
    put(`tick_cpu_p95_ms_${name}`, run.server.tickCpuMs.p95);
    put(`tick_cpu_p99_ms_${name}`, run.server.tickCpuMs.p99);
    put(`loop_lag_p99_ms_${name}`, run.server.loopLagMs.p99);
    put(`action_p95_ms_${name}`, run.load.actionMs.p95);
    put(`seen_age_p95_ms_near_${name}`, run.load.ageMs.near.p95);
    put(`seen_age_p95_ms_far_${name}`, run.load.ageMs.far.p95);
    put(`server_cpu_percent_${name}`, run.server.cpuPercent);
    put(`server_cpu_ms_per_tick_${name}`, cpuMsPerTick(run));
    put(`received_bytes_per_player_per_s_${name}`, run.load.bytesPerPlayerPerSecond);
    put(`patches_per_player_per_s_${name}`, run.load.patchesPerPlayerPerSecond);
    put(`faults_${name}`, run.load.faults);
  }
}

/** The worse of both: a promise is for either. */
function putPair(runs: readonly BigRoomRun[], put: Put): void {
  const pair = runs.find((run): run is PairRun => run.kind === 'pair');
  if (pair === undefined) return;
  const worst = (of: (run: PlayRun) => number) => Math.max(...pair.rooms.map(of));
  put('two_rooms_players', 2 * pair.players);
  put(
    'two_rooms_tick_p95_ms',
    worst(({ server }) => server.tickMs.p95),
  );
  put(
    'two_rooms_tick_p99_ms',
    worst(({ server }) => server.tickMs.p99),
  );
  put(
    'two_rooms_tick_cpu_p95_ms',
    worst(({ server }) => server.tickCpuMs.p95),
  );
  put('two_rooms_patches_per_player_per_s', -worst(({ load }) => -load.patchesPerPlayerPerSecond));
  put(
    'two_rooms_server_cpu_percent',
    sumOf(pair.rooms, ({ server }) => server.cpuPercent),
  );
}

/** All the process did, receiving and sending too: what a tick must leave of its 50 ms on a core of its own. */
function cpuMsPerTick({ server }: PlayRun): number {
  return ((server.cpuPercent / 100) * server.wallMs) / server.tickMs.count;
}

function figureName(scenario: ScenarioName): string {
  return scenario.replaceAll('-', '_');
}

function sumOf<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((sum, item) => sum + value(item), 0);
}
