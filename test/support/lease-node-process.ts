import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { LeasePhase } from '../../src/cluster/node-lease.ts';
import { ForkedProcess, firstMessage } from './forked-process.ts';
import { nodeBinary } from './node-binary.ts';

const SCRIPT = fileURLToPath(new URL('./lease-node.ts', import.meta.url));

/** `hang` blocks the event loop for a minute, `burn` keeps it at 90 % of a core, `cool` ends that; `seek` asks whether the others are there. */
export type LeaseNodeAsk = 'state' | 'hang' | 'burn' | 'cool' | 'release' | 'seek';

export interface LeaseNodeQuestion {
  readonly id: number;
  readonly ask: LeaseNodeAsk;
}

export interface LeaseNodeState {
  readonly isHeld: boolean;
  readonly phase: LeasePhase;
  /** Every phase it was told, in order. */
  readonly phases: readonly string[];
  /** What `isHeld()` said in the last step before which the process had not run for half a lease; null: there was none. */
  readonly heldAfterPause: boolean | null;
  /** Nodes it was told are dead. */
  readonly dead: readonly string[];
  readonly redisBack: number;
  readonly steadyForMs: number;
  /** How far the cluster's time is ahead of the machine's monotonic clock. */
  readonly clusterMinusMonotonicMs: number;
  readonly nodes: readonly string[];
  readonly renewalFailures: number;
  readonly lapses: number;
  readonly deathsDeclared: number;
  readonly votes: number;
}

export type LeaseNodeAnswer = LeaseNodeState & { readonly id: number };

/** A node that does nothing but live (lease-node.ts), in a process of its own. */
export class LeaseNodeProcess extends ForkedProcess {
  readonly nodeId: string;
  /** What it wrote to stderr. */
  stderr = '';
  #questions = 0;

  private constructor(nodeId: string, child: ChildProcess) {
    super(child);
    this.nodeId = nodeId;
    child.stderr?.on('data', (chunk: Buffer) => {
      this.stderr += chunk.toString();
    });
  }

  /** @param settings - environment variables of the configuration */
  static async start(
    nodeId: string,
    redisUri: string,
    settings: Readonly<Record<string, string>> = {},
  ): Promise<LeaseNodeProcess> {
    const child = fork(SCRIPT, [nodeId], {
      execPath: nodeBinary,
      execArgv: ['--conditions=meridian-source'],
      env: {
        ...process.env,
        REDIS_URI: redisUri,
        JWT_SECRET: 'a secret of the whole region, long',
        MERIDIAN_CLUSTER_PEER_PORT: '0',
        ...settings,
      },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const node = new LeaseNodeProcess(nodeId, child);
    await firstMessage(child, () => `Node ${nodeId} ended before it held a lease:\n${node.stderr}`);
    return node;
  }

  get endSignal(): NodeJS.Signals | null {
    return this.child.signalCode;
  }

  /** Does what is asked and tells its state; `hang` is never answered. */
  ask(ask: LeaseNodeAsk = 'state'): Promise<LeaseNodeState> {
    const id = ++this.#questions;
    const { promise, resolve, reject } = Promise.withResolvers<LeaseNodeState>();
    const onMessage = (answer: LeaseNodeAnswer) => {
      if (answer.id === id) resolve(answer);
    };
    const onExit = () => reject(new Error(`Node ${this.nodeId} has ended:\n${this.stderr}`));
    this.child.on('message', onMessage);
    this.child.once('exit', onExit);
    this.child.send({ id, ask } satisfies LeaseNodeQuestion);
    return promise.finally(() => {
      this.child.off('message', onMessage);
      this.child.off('exit', onExit);
    });
  }

  /** Blocks its event loop; it never answers again. */
  hang(): void {
    this.child.send({ id: 0, ask: 'hang' } satisfies LeaseNodeQuestion);
  }
}
