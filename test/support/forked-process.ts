import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** The first message of a process that says when it is ready. @throws when it ends before; `story` tells how */
export async function firstMessage<Message>(
  child: ChildProcess,
  story: () => string,
): Promise<Message> {
  const exited = once(child, 'exit').then(() => {
    throw new Error(story());
  });
  const [message] = await Promise.race([once(child, 'message'), exited]);
  return message as Message;
}

/** A part of a test in a process of its own, so that it can be halted and killed; killed with its scope. */
export abstract class ForkedProcess implements AsyncDisposable {
  protected readonly child: ChildProcess;

  protected constructor(child: ChildProcess) {
    this.child = child;
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Halts the process where it is, as a machine that is gone: its sockets stay open, nothing is refused, nobody answers. */
  halt(): void {
    this.child.kill('SIGSTOP');
  }

  goOn(): void {
    this.child.kill('SIGCONT');
  }

  /** A process that hangs or is halted hears nothing else. */
  async kill(): Promise<void> {
    if (this.hasEnded) return;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}
