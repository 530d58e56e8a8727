import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ForkedProcess, firstMessage } from './forked-process.ts';
import { nodeBinary } from './node-binary.ts';

const SCRIPT = fileURLToPath(new URL('./analytics-node.ts', import.meta.url));

/**
 * `record`: records without a pause and publishes. `ship`: writes files. `ship-never-written` and `ship-never-acknowledged` stop for ever
 * in the midst of their first batch.
 */
export type AnalyticsRole = 'record' | 'ship' | 'ship-never-written' | 'ship-never-acknowledged';

/** What a node says of itself as it goes. */
export type AnalyticsNodeMessage =
  /** Numbers of the events that the stream has taken. */
  | { readonly kind: 'published'; readonly numbers: readonly number[] }
  /** The number of the last event that was recorded. */
  | { readonly kind: 'recorded'; readonly upTo: number }
  | { readonly kind: 'shipped'; readonly count: number }
  /** It does not go on from here. */
  | { readonly kind: 'stuck' }
  | { readonly kind: 'stopped' };

/** The analytics of a node (analytics-node.ts), in a process of its own. */
export class AnalyticsNodeProcess extends ForkedProcess {
  readonly nodeId: string;
  readonly published = new Set<number>();
  /** By when they were heard of, `performance.now()`, ms. */
  readonly recorded: { readonly heardAtMs: number; readonly upTo: number }[] = [];
  shipped = 0;
  isStuck = false;
  isStopped = false;
  stderr = '';

  static async start(
    role: AnalyticsRole,
    options: { readonly nodeId: string; readonly redisUri: string; readonly folder: string },
  ): Promise<AnalyticsNodeProcess> {
    const child = fork(SCRIPT, [role, options.nodeId, options.redisUri, options.folder], {
      execPath: nodeBinary,
      execArgv: ['--conditions=meridian-source'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const node = new AnalyticsNodeProcess(options.nodeId, child);
    await firstMessage(child, () => `Node ${options.nodeId} ended early:\n${node.stderr}`);
    return node;
  }

  private constructor(nodeId: string, child: ChildProcess) {
    super(child);
    this.nodeId = nodeId;
    child.stderr?.on('data', (chunk: Buffer) => {
      this.stderr += chunk.toString();
    });
    child.on('message', (message) => this.#heard(message as AnalyticsNodeMessage));
  }

  /** Records no more, and hands on what it has. */
  stop(): void {
    this.child.send('stop');
  }

  #heard(message: AnalyticsNodeMessage): void {
    switch (message.kind) {
      case 'published':
        for (const number of message.numbers) this.published.add(number);
        break;
      case 'recorded':
        this.recorded.push({ heardAtMs: performance.now(), upTo: message.upTo });
        break;
      case 'shipped':
        this.shipped += message.count;
        break;
      case 'stuck':
        this.isStuck = true;
        break;
      case 'stopped':
        this.isStopped = true;
        break;
    }
  }
}
