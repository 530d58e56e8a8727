import { join } from 'node:path';
import {
  ACTION_HEADER,
  type ActionResult,
  type OperatorAction,
  type WorldView,
} from '../../src/protocol/admin.ts';
import type { OperatorQuestion } from '../../src/protocol/operator-questions.ts';
import type { DrainResult } from '../../src/protocol/rest.ts';
import { TcpRelay } from '../../test/support/tcp-relay.ts';
import { NodeProcess, type NodeProcessEnd } from '../machine/node-process.ts';
import type { Reaper } from '../machine/reaper.ts';

/** Operator of all nodes of a local cluster: they listen on loopback and live for minutes. */
const OPERATOR = { user: 'operator', password: 'operator of a local cluster' } as const;
const DRAIN_WITHIN_MS = 60_000;
const QUESTION_WITHIN_MS = 5_000;

export interface ClusterNodeOptions {
  readonly projectRoot: string;
  readonly game: string;
  /** For people: A, B, … in the order of their starts. */
  readonly name: string;
  readonly port: number;
  readonly redisPort: number;
  /** Whether its way to Redis can be cut: it leads through a relay, which is late when this process is. */
  readonly canBeCutOff: boolean;
  readonly env: Readonly<Record<string, string>>;
  /** See `startsLast` of NodeProcess. */
  readonly startsLast?: boolean | undefined;
  /** Folder for its log, `<name>.log`. */
  readonly logFolder?: string | undefined;
  readonly reaper: Reaper;
}

/** One node of a {@link Cluster}, its way to Redis, and everything that can happen to it. */
export class ClusterNode implements AsyncDisposable {
  readonly name: string;
  /** `host:port` for players. */
  readonly address: string;
  readonly #process: NodeProcess;
  readonly #relay: TcpRelay | null;
  #isPaused = false;

  static async start(options: ClusterNodeOptions): Promise<ClusterNode> {
    await using owned = new AsyncDisposableStack();
    const { redisPort, canBeCutOff } = options;
    const relay = canBeCutOff ? owned.use(await TcpRelay.open(redisPort)) : null;
    const address = `127.0.0.1:${options.port}`;
    const process = await NodeProcess.start({
      projectRoot: options.projectRoot,
      game: options.game,
      reaper: options.reaper,
      startsLast: options.startsLast,
      logFile: options.logFolder && join(options.logFolder, `${options.name}.log`),
      env: {
        PORT: String(options.port),
        REDIS_URI: `redis://127.0.0.1:${relay?.port ?? redisPort}`,
        MERIDIAN_HTTP_PUBLIC_ADDRESS: address,
        MERIDIAN_ADMIN_PASSWORD: OPERATOR.password,
        MERIDIAN_CLUSTER_PEER_PORT: '0',
        ...options.env,
      },
    });
    owned.move();
    return new ClusterNode(options.name, address, process, relay);
  }

  private constructor(name: string, address: string, process: NodeProcess, relay: TcpRelay | null) {
    this.name = name;
    this.address = address;
    this.#process = process;
    this.#relay = relay;
  }

  get endpoint(): URL {
    return this.#process.endpoint;
  }

  get metrics(): URL {
    return this.#process.metrics;
  }

  get port(): number {
    return this.#process.ports.port;
  }

  get pid(): number {
    return this.#process.pid;
  }

  get logTail(): string {
    return this.#process.logTail;
  }

  /** Whether its process exists and is not halted. */
  get isRunning(): boolean {
    return this.#process.end === null && !this.#isPaused;
  }

  get ended(): Promise<NodeProcessEnd> {
    return this.#process.ended;
  }

  /** A crash. */
  async kill(): Promise<void> {
    this.#process.signal('SIGKILL');
    await this.#process.ended;
  }

  /** Halts the whole process, as a hypervisor does: sockets stay open, nobody answers. */
  pause(): void {
    this.#isPaused = true;
    this.#process.signal('SIGSTOP');
  }

  resume(): void {
    this.#isPaused = false;
    this.#process.signal('SIGCONT');
  }

  /** What a deploy does. Resolves with the end of the process. */
  stop(): Promise<NodeProcessEnd> {
    return this.#process.stop();
  }

  /**
   * Asks the operator's API to move all rooms elsewhere and seat nobody any more.
   *
   * @param nodeId - this node's, as the region knows it
   * @throws {Error} with the answer when it is not 200
   */
  async drain(nodeId: string): Promise<DrainResult> {
    const options = { method: 'POST', timeoutMs: DRAIN_WITHIN_MS };
    return (await this.#askOperator(`nodes/${nodeId}/drain`, options)) as DrainResult;
  }

  /** Its region and the others, as this node sees them. @throws {Error} when it does not answer */
  async worldView({ timeoutMs }: { readonly timeoutMs: number }): Promise<WorldView> {
    return (await this.#askOperator('world', { method: 'GET', timeoutMs })) as WorldView;
  }

  /** What its admin port answers. @param path - behind `/admin/v1/` @throws {Error} when it does not answer, or refuses */
  async tell(path: string, { timeoutMs }: { readonly timeoutMs: number }): Promise<unknown> {
    return await this.#askOperator(path, { method: 'GET', timeoutMs });
  }

  /** Takes Redis away from this node alone: open links stay open and silent, new ones are refused. */
  partition(): void {
    this.#cuttable.refuse(true);
    this.#cuttable.freeze();
  }

  /** Undoes {@link partition}. Links of before are reset: a firewall that forgot them would do the same. */
  heal(): void {
    this.#cuttable.refuse(false);
    this.#cuttable.cut();
  }

  get #cuttable(): TcpRelay {
    if (this.#relay === null) throw new Error('Nodes of this cluster cannot be cut off.');
    return this.#relay;
  }

  /** Asks the operator's API. @throws {Error} when it does not answer */
  async ask(question: OperatorQuestion): Promise<unknown> {
    return await this.#askOperator('questions', {
      ...{ method: 'POST', timeoutMs: QUESTION_WITHIN_MS, body: question },
    });
  }

  /** Lets the operator's API act. @throws {Error} when it refuses */
  async act(action: OperatorAction): Promise<string> {
    const options = { method: 'POST', timeoutMs: DRAIN_WITHIN_MS, body: action };
    return ((await this.#askOperator('actions', options)) as ActionResult).done;
  }

  /** @throws {Error} when no such incident waits for an answer */
  async answerIncident(incidentId: string, word: 'approve' | 'deny'): Promise<void> {
    await this.#askOperator(`incidents/${incidentId}/${word}`, {
      ...{ method: 'POST', timeoutMs: QUESTION_WITHIN_MS, body: {} },
    });
  }

  async #askOperator(
    path: string,
    {
      method,
      timeoutMs,
      body,
    }: { readonly method: string; readonly timeoutMs: number; readonly body?: object },
  ): Promise<unknown> {
    const { user, password } = OPERATOR;
    const url = `http://127.0.0.1:${this.#process.ports.adminPort}/admin/v1/${path}`;
    const response = await fetch(url, {
      method,
      headers: {
        Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json', [ACTION_HEADER]: '1' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (!response.ok)
      throw new Error(`${path} answered ${response.status} ${await response.text()}`);
    return response.status === 204 ? null : await response.json();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
    await this.#relay?.[Symbol.asyncDispose]();
  }
}
