import { relay } from './relay.js';
import { root } from './root.js';
import { isBehindNpm, RELAYED } from './stop-when-orphaned.js';

/**
 * Ends this command and lets Node run another script as this very process: same pid, so signals and process managers meet the
 * server itself and nothing stays in between. Where that is impossible (Windows, an IPC channel that would be lost, a signal
 * that npm would lose), the script is a child and this process its relay.
 *
 * @param nodeArgs - Node's options, the script, the script's arguments
 * @param runtime - what runs it in place of Node; it must understand these options
 * @returns the exit code, in the second case only
 */
export async function become(
  nodeArgs: readonly string[],
  env: Readonly<Record<string, string>> = {},
  runtime: string = process.execPath,
): Promise<number> {
  const whole: NodeJS.ProcessEnv = { ...process.env, ...env };
  const canReplace = process.execve !== undefined && process.platform !== 'win32';
  if (canReplace && !process.connected && !isBehindNpm()) {
    delete whole[RELAYED];
    process.chdir(root);
    process.execve?.(runtime, [runtime, ...nodeArgs], whole);
  }
  return relay(runtime, nodeArgs, { cwd: root, env: whole });
}
