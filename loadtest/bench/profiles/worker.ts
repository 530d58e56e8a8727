import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Runtimes } from '../../machine/runtimes.ts';

/** A part of the bench in a process of its own; it ends with its channel, so also when this process is killed. */
export class BenchWorker implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly #ended: Promise<unknown>;

  /**
   * @param file - beside this one
   * @param task - what it is to do, as JSON
   * @param flags - of Node
   */
  constructor(
    file: string,
    task: object,
    { canGoFirst }: Pick<Runtimes, 'canGoFirst'>,
    flags: readonly string[] = [],
  ) {
    const node = [...flags, '--conditions=meridian-source', join(import.meta.dirname, file)];
    const args = [process.execPath, ...node, JSON.stringify(task)];
    // Where it may: before other work on a shared machine.
    const [command = '', ...rest] = canGoFirst ? ['nice', '-n', '-15', ...args] : args;
    this.child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
    this.#ended = once(this.child, 'close');
  }

  /** Its next message. @throws {Error} when it ends before */
  async heard<Message>(): Promise<Message> {
    const lost = this.#ended.then(() => {
      throw new Error(`A process of the bench ended with ${this.child.exitCode}.`);
    });
    const [message] = await Promise.race([once(this.child, 'message'), lost]);
    return message as Message;
  }

  tell(message: object): void {
    this.child.send(message);
  }

  /** SIGKILL, and waits for the end: whatever it wrote has been read. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}

/** The task of this process, and its end when nobody is left to tell. */
export function taskOfWorker<Task>(): Task {
  process.once('disconnect', () => process.exit(0));
  return JSON.parse(process.argv[2] ?? '{}') as Task;
}

export function tellBench(message: object): void {
  process.send?.(message);
}
