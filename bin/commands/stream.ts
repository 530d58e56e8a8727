import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { root } from '../setup/root.js';

/** Where a tool's output goes: `stderr` when standard output is kept for a machine. */
export interface Streams {
  readonly output: 'stdout' | 'stderr';
}

/** Runs one of our tools under this Node and shows what it prints as it comes. @returns whether it ended with 0 */
export async function stream(
  script: string,
  args: readonly string[],
  { output }: Streams,
): Promise<boolean> {
  const child = spawn(process.execPath, [join(root, script), ...args], {
    cwd: root,
    stdio: ['inherit', output === 'stdout' ? 'inherit' : 2, 'inherit'],
  });
  // A terminal's Ctrl-C reaches the child by itself; a signal sent to this process alone would not.
  const passOn = (signal: NodeJS.Signals): boolean => child.kill(signal);
  process.on('SIGTERM', passOn);
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    return code === 0;
  } finally {
    process.removeListener('SIGTERM', passOn);
  }
}
