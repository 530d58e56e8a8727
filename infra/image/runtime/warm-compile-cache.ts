// Starts a node and stops it, in the image that will run it: Node writes what V8 has compiled into NODE_COMPILE_CACHE, and every
// start reads it there. V8 takes it only on processors with the same features; elsewhere a start compiles, as without.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

const START_MS = 300_000;
/** A node that has everything, and a service of those apart: the others want a Redis to start. */
const PROCESSES = ['all', 'profile'];
/** What any node wants to know, and nobody will hear of. */
const SETTINGS = {
  JWT_SECRET: 'gone with this process, and of no use to anybody',
  MERIDIAN_PROFILES_SQLITE_PATH: ':memory:',
};

for (const services of PROCESSES) await warm(services);

async function warm(services: string): Promise<void> {
  const child = spawn(process.execPath, ['dist/main.js', '--services', services], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, ...SETTINGS },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (part: Buffer) => {
      output += part.toString();
    });
  }
  const isReady = await Promise.race([
    once(child, 'message').then(() => true),
    once(child, 'exit').then(() => false),
    sleep(START_MS, false, { ref: false }),
  ]);
  const exitCode = isReady ? await stop(child) : await kill(child);
  if (exitCode !== 0) throw new Error(`--services ${services} did not start and stop:\n${output}`);
  process.stdout.write(`${services} has started and stopped\n`);
}

async function stop(child: ChildProcess): Promise<number | null> {
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const [exitCode] = (await ended) as [number | null];
  return exitCode;
}

async function kill(child: ChildProcess): Promise<null> {
  child.kill('SIGKILL');
  return null;
}
