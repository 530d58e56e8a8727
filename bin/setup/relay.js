import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { RELAYED } from './stop-when-orphaned.js';

// SIGHUP too: a closed terminal must not leave a server behind.
const SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2']);

/**
 * Runs a program in this one's place: same terminal, signals passed on, IPC messages of a process manager passed both
 * ways, and its end becomes ours, the signal included.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string }} [options]
 * @returns {Promise<number>} its exit code
 */
export async function relay(program, args, options = {}) {
  const hasIpc = process.send !== undefined;
  const child = spawn(program, args, {
    ...options,
    env: { ...(options.env ?? process.env), [RELAYED]: '1' },
    stdio: ['inherit', 'inherit', 'inherit', ...(hasIpc ? [/** @type {const} */ ('ipc')] : [])],
  });
  if (hasIpc) {
    child.on('message', (message) => process.send?.(message));
    process.on('message', (/** @type {import('node:child_process').Serializable} */ message) => {
      if (child.connected) child.send(message);
    });
    process.on('disconnect', () => child.connected && child.disconnect());
  }

  /** @param {NodeJS.Signals} signal */
  const passOn = (signal) => {
    // Ctrl-C in a terminal goes to every process of the foreground group: the child has it already.
    if (signal === 'SIGINT' && process.stdin.isTTY) return;
    child.kill(signal);
  };
  for (const signal of SIGNALS) process.on(signal, passOn);

  const { code, signal: endedBy } = await endOf(child);
  for (const name of SIGNALS) process.removeListener(name, passOn);
  if (process.connected) process.disconnect();
  if (endedBy !== null) {
    process.kill(process.pid, endedBy);
    // Our own end by that signal is on its way. Should the platform know no such end: the number shells report for it.
    return 128 + constants.signals[endedBy];
  }
  return code;
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<{ code: number, signal: NodeJS.Signals | null }>}
 */
function endOf(child) {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code: code ?? 0, signal }));
  });
}
