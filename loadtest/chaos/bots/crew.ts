import { join } from 'node:path';
import { LineProcess } from '../../machine/line-process.ts';
import { machineNowMs } from '../../machine/machine-clock.ts';
import type { FailedJoin, Joined } from '../evidence/evidence.ts';
import type { Stay } from '../evidence/stay.ts';
import type { BotOrder, BotPlan, BotReport, BotTally, Ending } from './wire.ts';

const PROJECT_ROOT = join(import.meta.dirname, '..', '..', '..');
const BOTS_PER_WORKER = 600;
const JOINS_AT_ONCE = 20;

/** All bots of a run, in worker processes, and everything they reported. */
export class Crew implements AsyncDisposable {
  readonly joins: Joined[] = [];
  readonly failedJoins: FailedJoin[] = [];
  readonly stays: Stay[] = [];
  readonly endings: Ending[] = [];
  readonly #workers: Worker[] = [];
  readonly #workerOf = new Map<number, Worker>();
  readonly #isSmall: boolean;

  /** @param bots - how many are expected; decides over the number of processes */
  constructor(bots: number) {
    const workers = Math.max(1, Math.ceil(bots / BOTS_PER_WORKER));
    this.#isSmall = workers === 1;
    for (let index = 0; index < workers; index++) {
      this.#workers.push(new Worker(index, (report) => this.#take(report)));
    }
  }

  /** All bots together, as of now. @throws {Error} when a worker has ended */
  get tally(): BotTally {
    const tallies = this.#workers.map(({ tally }) => tally);
    const sum = (value: (tally: BotTally) => number) =>
      tallies.reduce((total, tally) => total + value(tally), 0);
    return {
      atMs: machineNowMs(),
      seated: sum(({ seated }) => seated),
      searching: sum(({ searching }) => searching),
      ended: sum(({ ended }) => ended),
      states: sum(({ states }) => states),
      worstLateMs: Math.max(...tallies.map(({ worstLateMs }) => worstLateMs)),
    };
  }

  /** States received since the last call, over all bots. */
  takeStates(): number {
    return this.#workers.reduce((total, worker) => total + worker.takeStates(), 0);
  }

  /** Lets bots join; bots of one room always live in one worker, so that its judges see a whole room at one pace. */
  async join(plans: readonly BotPlan[]): Promise<void> {
    const shares = new Map<Worker, BotPlan[]>();
    for (const plan of plans) {
      const worker = this.#workerFor(plan);
      this.#workerOf.set(plan.index, worker);
      shares.set(worker, [...(shares.get(worker) ?? []), plan]);
    }
    await Promise.all(
      [...shares].map(([worker, share]) =>
        worker.ask({ kind: 'join', plans: share, joinsAtOnce: JOINS_AT_ONCE }, 'join-done'),
      ),
    );
  }

  tell(bot: number, how: Extract<BotOrder, { kind: 'misbehave' }>['how']): void {
    this.#workerOf.get(bot)?.tell({ kind: 'misbehave', bot, how });
  }

  /** No more messages and inputs. */
  hush(): void {
    for (const worker of this.#workers) worker.tell({ kind: 'hush' });
  }

  /** Brings in the stays that still go on. */
  async report(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.ask({ kind: 'report' }, 'reported')));
  }

  async leave(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.ask({ kind: 'leave' }, 'left')));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.quit()));
  }

  #workerFor(plan: BotPlan): Worker {
    const group = Number(/\d+$/.exec(plan.group)?.[0] ?? 0);
    const index = this.#isSmall ? 0 : group % this.#workers.length;
    return this.#workers[index] as Worker;
  }

  #take(report: BotReport): void {
    const atMs = machineNowMs();
    switch (report.kind) {
      case 'joined': {
        const { kind: _, ...joined } = report;
        this.joins.push({ ...joined, atMs });
        return;
      }
      case 'join-failed': {
        const { kind: _, ...failed } = report;
        this.failedJoins.push({ ...failed, atMs });
        return;
      }
      case 'stay':
        this.stays.push(report.stay);
        return;
      case 'ended':
        this.endings.push(report.ending);
        return;
      default:
    }
  }
}

const NOTHING: BotTally = { atMs: 0, seated: 0, searching: 0, ended: 0, states: 0, worstLateMs: 0 };
type Answer = 'join-done' | 'reported' | 'left';

/** One worker process. */
class Worker {
  #tally = NOTHING;
  #states = 0;
  readonly #process: LineProcess<BotReport>;
  readonly #waiting = new Map<Answer, PromiseWithResolvers<void>>();
  #failure: Error | null = null;

  constructor(index: number, onReport: (report: BotReport) => void) {
    this.#process = new LineProcess<BotReport>({
      name: `bot worker ${index}`,
      command: process.execPath,
      args: ['--conditions=meridian-source', join(import.meta.dirname, 'worker.ts')],
      cwd: PROJECT_ROOT,
    });
    void this.#follow(onReport);
  }

  get tally(): BotTally {
    if (this.#failure !== null) throw this.#failure;
    return this.#tally;
  }

  tell(order: BotOrder): void {
    this.#process.tell(JSON.stringify(order));
  }

  /** Gives an order and waits for its answer; one of a kind at a time. */
  async ask(order: BotOrder, answer: Answer): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    const answered = Promise.withResolvers<void>();
    this.#waiting.set(answer, answered);
    this.tell(order);
    await answered.promise;
  }

  takeStates(): number {
    const states = this.#states;
    this.#states = 0;
    return states;
  }

  quit(): Promise<void> {
    return this.#process.quit();
  }

  async #follow(onReport: (report: BotReport) => void): Promise<void> {
    try {
      for (;;) {
        const report = await this.#process.next();
        if (report.kind === 'tally') {
          this.#tally = report;
          this.#states += report.states;
        } else if (
          report.kind === 'join-done' ||
          report.kind === 'reported' ||
          report.kind === 'left'
        ) {
          this.#waiting.get(report.kind)?.resolve();
          this.#waiting.delete(report.kind);
        } else onReport(report);
      }
    } catch (error) {
      this.#failure = error as Error;
      for (const { reject } of this.#waiting.values()) reject(error);
    }
  }
}
