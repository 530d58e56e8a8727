import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** What this machine can run and pin. */
export interface Runtimes {
  readonly node: string;
  /** Bun of the npm package `bun`, when it is installed. */
  readonly bun: string | null;
  /** Whether `taskset` can pin processes to cores. */
  readonly canPin: boolean;
  /** Whether `nice` may put contenders and players alike before other work on a shared machine. */
  readonly canGoFirst: boolean;
}

/** Where the npm package `bun` may keep its binary, by version and installer. */
const BUN_PATHS = [
  'bun/bin/bun.exe',
  `@oven/bun-${process.platform}-${process.arch}/bin/bun`,
  `@oven/bun-${process.platform}-${process.arch === 'arm64' ? 'aarch64' : process.arch}/bin/bun`,
];

/** Niceness of what is measured. */
const FIRST = -15;

export function findRuntimes(projectRoot: string): Runtimes {
  const candidates = BUN_PATHS.map((path) => join(projectRoot, 'node_modules', path));
  return {
    node: process.execPath,
    bun: candidates.find((path) => existsSync(path) && succeeds(path, ['--version'])) ?? null,
    canPin: succeeds('taskset', ['-c', '0,1', 'true']),
    canGoFirst: niceness('nice', ['-n', String(FIRST), 'nice']) === FIRST,
  };
}

/** `command args`, pinned to a core and before other work, where the machine allows it. */
export function pinned(
  runtimes: Runtimes,
  core: number,
  command: string,
  args: readonly string[],
): { command: string; args: readonly string[] } {
  const first = runtimes.canGoFirst ? ['nice', '-n', String(FIRST)] : [];
  const onCore = runtimes.canPin ? ['taskset', '-c', String(core)] : [];
  const [program, ...rest] = [...first, ...onCore, command, ...args] as [string, ...string[]];
  return { command: program, args: rest };
}

/** Moves a process that runs, all its threads, to a core, where the machine allows it. */
export function pinProcess({ canPin }: Runtimes, core: number, pid: number): void {
  if (canPin)
    spawnSync('taskset', ['-a', '-c', '-p', String(core), String(pid)], { stdio: 'ignore' });
}

/** `nice` prints the niceness it runs at; without the right to raise it, it warns and stays. */
function niceness(command: string, args: readonly string[]): number {
  return Number(spawnSync(command, args, { encoding: 'utf8' }).stdout);
}

function succeeds(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}
