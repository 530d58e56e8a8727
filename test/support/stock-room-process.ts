import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { ForkedProcess, firstMessage } from './forked-process.ts';

const SCRIPT = fileURLToPath(new URL('./stock-room-server.ts', import.meta.url));

/** A stock Colyseus server (stock-room-server.ts) in a process of its own, so that it can be stopped and killed. */
export class StockRoomProcess extends ForkedProcess {
  readonly port: number;

  private constructor(child: ChildProcess, port: number) {
    super(child);
    this.port = port;
  }

  static async start(): Promise<StockRoomProcess> {
    const child = fork(SCRIPT, [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const story = () => 'The stock Colyseus server ended before it listened.';
    const { port } = await firstMessage<{ readonly port: number }>(child, story);
    return new StockRoomProcess(child, port);
  }

  /** URLs of all WebSocket upgrades so far. */
  async upgradeUrls(): Promise<readonly string[]> {
    this.child.send('upgrade-urls');
    const [answer] = (await once(this.child, 'message')) as [{ upgradeUrls: string[] }];
    return answer.upgradeUrls;
  }
}
