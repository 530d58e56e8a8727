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
}

/** Where the npm package `bun` may keep its binary, by version and installer. */
const BUN_PATHS = [
  'bun/bin/bun.exe',
  `@oven/bun-${process.platform}-${process.arch}/bin/bun`,
  `@oven/bun-${process.platform}-${process.arch === 'arm64' ? 'aarch64' : process.arch}/bin/bun`,
];

export function findRuntimes(projectRoot: string): Runtimes {
  const candidates = BUN_PATHS.map((path) => join(projectRoot, 'node_modules', path));
  return {
    node: process.execPath,
    bun: candidates.find((path) => existsSync(path) && succeeds(path, ['--version'])) ?? null,
    canPin: succeeds('taskset', ['-c', '0,1', 'true']),
  };
}

/** `command args`, pinned to a core where the machine allows it. */
export function pinned(
  runtimes: Runtimes,
  core: number,
  command: string,
  args: readonly string[],
): { command: string; args: readonly string[] } {
  if (!runtimes.canPin) return { command, args };
  return { command: 'taskset', args: ['-c', String(core), command, ...args] };
}

function succeeds(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}
