import { join } from 'node:path';
import { LineProcess } from '../../machine/line-process.ts';
import type { Stranded } from '../accounting/room-fates.ts';
import type { PlannedPlayer } from '../population.ts';
import type { PlayerOrder, PlayerReport, PlayersReport } from './wire.ts';

const PROJECT_ROOT = join(import.meta.dirname, '..', '..', '..');
const PLAYERS_PER_PROCESS = 600;
const A_DAY_MS = 24 * 60 * 60 * 1_000;

/** All players of a soak, in processes of their own. */
export class SoakCrew implements AsyncDisposable {
  readonly #processes: readonly LineProcess<PlayerReport>[];
  readonly #players: readonly PlannedPlayer[];
  readonly #onReport: (report: PlayersReport) => void;
  readonly #stopped: Promise<readonly Stranded[]>[];
  #failure: Error | null = null;

  constructor(
    order: Omit<Extract<PlayerOrder, { kind: 'begin' }>, 'kind'>,
    onReport: (report: PlayersReport) => void,
  ) {
    const { players } = order;
    this.#players = players;
    this.#onReport = onReport;
    const count = Math.max(1, Math.ceil(players.length / PLAYERS_PER_PROCESS));
    this.#processes = Array.from(
      { length: count },
      (_, index) =>
        new LineProcess<PlayerReport>({
          name: `players ${index}`,
          command: process.execPath,
          args: ['--conditions=meridian-source', join(import.meta.dirname, 'worker.ts')],
          cwd: PROJECT_ROOT,
        }),
    );
    for (const [index, one] of this.#processes.entries()) {
      tell(one, {
        ...{ ...order, kind: 'begin', seed: order.seed + index },
        comePerSecond: order.comePerSecond / count,
        players: players.filter((player) => player.index % count === index),
      });
    }
    this.#stopped = this.#processes.map((one) => this.#follow(one));
    // Told by `stop`, or by `check`.
    for (const stopped of this.#stopped) stopped.catch(() => {});
  }

  /** Of the players' processes. */
  get pids(): readonly number[] {
    return this.#processes.map(({ pid }) => pid);
  }

  /** @throws {Error} when a process of players has ended */
  check(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  /** The link of somebody stalls who lives in a region and roams. @returns who; null where nobody does */
  stallOne(regionId: string, pick: number, forMs: number): number | null {
    const there = this.#players.filter(({ home, kind }) => home === regionId && kind === 'roaming');
    const player = there[Math.floor(pick * there.length)];
    if (player === undefined) return null;
    const at = player.index % this.#processes.length;
    const process = this.#processes[at];
    if (process !== undefined) tell(process, { kind: 'stall', player: player.index, forMs });
    return player.index;
  }

  /** Everybody leaves. @returns who still waited for a room. @throws {Error} when a process of players has ended */
  async stop(): Promise<readonly Stranded[]> {
    for (const one of this.#processes) tell(one, { kind: 'stop' });
    return (await Promise.all(this.#stopped)).flat();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#processes.map((one) => one.quit()));
  }

  async #follow(process: LineProcess<PlayerReport>): Promise<readonly Stranded[]> {
    try {
      for (;;) {
        const report = await process.next(A_DAY_MS);
        if (report.kind === 'stopped') return report.stranded;
        this.#onReport(report);
      }
    } catch (error) {
      this.#failure = error as Error;
      throw error;
    }
  }
}

function tell(process: LineProcess<PlayerReport>, order: PlayerOrder): void {
  process.tell(JSON.stringify(order));
}
