import type { ContenderName } from './contenders.ts';
import { PLAYERS_PER_ROOM } from './game.ts';
import type { LoadWindow, ServerWindow } from './wire.ts';

/** One contender measured once with so many players. */
export interface PlayRun {
  readonly kind: 'play';
  readonly purpose: 'turn' | 'capacity';
  readonly contender: ContenderName;
  readonly players: number;
  readonly runtime: string;
  readonly joinMs: number;
  readonly server: ServerWindow;
  readonly load: LoadWindow;
  /** Work of others on our cores during the window, percent of a core; 0 where it cannot be seen. */
  readonly noisePercent: { readonly server: number; readonly load: number };
  /** Repetitions spent on getting a quiet one; the last is kept, noisy or not. */
  readonly attempts: number;
}

/** A server process that could not be measured: it refused players, or died. That is a result too. */
export interface FailedRun {
  readonly kind: 'failed';
  readonly purpose: 'turn' | 'capacity' | 'memory' | 'idle-rooms';
  readonly contender: ContenderName;
  readonly players: number;
  readonly message: string;
}

/** RSS growth per idle client, or per idle room. */
export interface MemoryRun {
  readonly kind: 'memory';
  readonly contender: ContenderName;
  readonly clients: number;
  readonly rssBytesPerClient: number;
  readonly heapBytesPerClient: number;
}

export interface IdleRoomsRun {
  readonly kind: 'idle-rooms';
  readonly contender: ContenderName;
  readonly rooms: number;
  readonly rssBytesPerRoom: number;
  readonly heapBytesPerRoom: number;
  readonly externalBytesPerRoom: number;
  readonly cpuPercent: number;
}

export type Run = PlayRun | FailedRun | MemoryRun | IdleRoomsRun;

/** What "holds so many players" means. */
export const LIMITS = {
  actionP95Ms: 100,
  loopLagP99Ms: 50,
  minPatchesPerSecond: 18,
} as const;

const NOISE_LIMIT_PERCENT = { server: 20, load: 25 } as const;
/** Above these the generator, not the server, decides the latencies. */
const GENERATOR_LIMITS = { sendLateP99Ms: 25, cpuPercent: 95 } as const;

/** Whether the server held the players of this run. */
export function holds(run: PlayRun | FailedRun): boolean {
  if (run.kind === 'failed') return false;
  const { load, server } = run;
  return (
    load.actionMs.count > 0 &&
    load.actionMs.p95 < LIMITS.actionP95Ms &&
    server.loopLagMs.p99 < LIMITS.loopLagP99Ms &&
    load.dropped === 0 &&
    load.patchesPerPlayerPerSecond >= LIMITS.minPatchesPerSecond
  );
}

export function isNoisy(run: PlayRun): boolean {
  return (
    run.noisePercent.server > NOISE_LIMIT_PERCENT.server ||
    run.noisePercent.load > NOISE_LIMIT_PERCENT.load
  );
}

export function isGeneratorLimited(run: PlayRun): boolean {
  return (
    run.load.sendLateMs.p99 > GENERATOR_LIMITS.sendLateP99Ms ||
    run.load.cpuPercent > GENERATOR_LIMITS.cpuPercent
  );
}

/** Whether the contender served the game it was asked to serve: full rooms, states its probes understood. */
export function isSound(run: PlayRun): boolean {
  const fullest = Math.min(run.players, PLAYERS_PER_ROOM);
  return run.load.faults === 0 && run.load.entitiesSeen > fullest * 0.9;
}
