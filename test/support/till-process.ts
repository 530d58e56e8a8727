import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { ForkedProcess, firstMessage } from './forked-process.ts';
import type { HungTillNews } from './hung-till.ts';
import { nodeBinary } from './node-binary.ts';

const SCRIPT = fileURLToPath(new URL('./hung-till.ts', import.meta.url));

/** A till (hung-till.ts) in a process of its own. */
export class TillProcess extends ForkedProcess {
  readonly port: number;
  /** Calls it took since it hangs, and will never answer. */
  readonly taken = { payIn: 0, ring: 0 };

  static async start(): Promise<TillProcess> {
    const execArgv = ['--conditions=meridian-source'];
    const child = fork(SCRIPT, { execPath: nodeBinary, execArgv });
    const port = await firstMessage<number>(child, () => 'The till did not start.');
    return new TillProcess(child, port);
  }

  private constructor(child: ForkedProcess['child'], port: number) {
    super(child);
    this.port = port;
    child.on('message', (news: HungTillNews) => {
      if (news !== 'hangs') this.taken[news] += 1;
    });
  }

  /** From now on it answers nothing. */
  async hang(): Promise<void> {
    const hangs = once(this.child, 'message');
    this.child.send('hang');
    await hangs;
  }
}
