import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/**
 * Ends processes and removes folders when this process ends, however it ends: SIGKILL, a crash, and a test runner that loses
 * its patience run no handler here. A process of its own does it, which sees its standard input close.
 */
export class Reaper implements AsyncDisposable {
  readonly #child: ChildProcess;

  constructor() {
    this.#child = spawn(process.execPath, [join(import.meta.dirname, 'reaper-process.ts')], {
      // A group of its own: Ctrl-C is meant for us, and it has work to do then.
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.#child.unref();
    // Without it only the comfort is gone.
    this.#child.once('error', () => undefined);
    this.#child.stdin?.on('error', () => undefined);
  }

  /** A process that must not outlive this one. */
  watchProcess(pid: number): void {
    this.#tell('process', pid);
  }

  /** It has ended; its number may soon be somebody else's. */
  forgetProcess(pid: number): void {
    this.#tell('ended', pid);
  }

  watchFolder(path: string): void {
    this.#tell('folder', path);
  }

  /** Lets everything live that was not forgotten. */
  async [Symbol.asyncDispose](): Promise<void> {
    // Waited for now, so it must keep us alive.
    this.#child.ref();
    const ended = once(this.#child, 'close');
    this.#child.kill('SIGKILL');
    await ended;
  }

  #tell(verb: string, what: string | number): void {
    this.#child.stdin?.write(`${JSON.stringify([verb, what])}\n`);
  }
}
