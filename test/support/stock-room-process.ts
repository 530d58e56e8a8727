import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('./stock-room-server.ts', import.meta.url));

/** A stock Colyseus server (stock-room-server.ts) in a process of its own, so that it can be stopped and killed. */
export class StockRoomProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly port: number;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  static async start(): Promise<StockRoomProcess> {
    const child = fork(SCRIPT, [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const exited = once(child, 'exit').then(() => {
      throw new Error('The stock Colyseus server ended before it listened.');
    });
    const [message] = (await Promise.race([once(child, 'message'), exited])) as [{ port: number }];
    return new StockRoomProcess(child, message.port);
  }

  /** Halts the process where it is: its sockets stay open, nobody answers. */
  halt(): void {
    this.#child.kill('SIGSTOP');
  }

  goOn(): void {
    this.#child.kill('SIGCONT');
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }

  /** URLs of all WebSocket upgrades so far. */
  async upgradeUrls(): Promise<readonly string[]> {
    this.#child.send('upgrade-urls');
    const [answer] = (await once(this.#child, 'message')) as [{ upgradeUrls: string[] }];
    return answer.upgradeUrls;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}
