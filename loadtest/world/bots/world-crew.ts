import { join } from 'node:path';
import type { WorldBots, WorldRoute } from '../../../src/protocol/admin.ts';
import { LineProcess } from '../../machine/line-process.ts';
import type { BotOrder, BotRegion, BotReport } from './wire.ts';

const PROJECT_ROOT = join(import.meta.dirname, '..', '..', '..');
/** Said by a process that has not begun to play yet. */
const NOTHING: BotReport = { playing: 0, searching: 0, routes: [] };
const A_DAY_MS = 24 * 60 * 60 * 1_000;

/**
 * Bots that live in all places of a world and play in the regions that are near to them. In a process of their own, with ways of
 * their own to the regions, so that the world's process has time for its console; it begins with the first bot.
 */
export class WorldCrew implements AsyncDisposable {
  #process: LineProcess<BotReport> | null = null;
  #order: BotOrder = { wanted: 0, regions: [] };
  #report = NOTHING;

  get tally(): WorldBots {
    const { playing, searching } = this.#report;
    return { wanted: this.#order.wanted, playing, searching };
  }

  get routes(): readonly WorldRoute[] {
    return this.#report.routes;
  }

  /** @param count - how many shall play; more come and some leave, a few at a time */
  want(count: number): void {
    this.#order = { ...this.#order, wanted: count };
    if (count > 0 && this.#process === null) this.#start();
    this.#pass();
  }

  /** Where they may play. */
  tell(regions: readonly BotRegion[]): void {
    this.#order = { ...this.#order, regions };
    this.#pass();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ending = this.#process;
    this.#process = null;
    await ending?.quit();
  }

  #start(): void {
    const bots = new LineProcess<BotReport>({
      name: 'the bots of the world',
      command: process.execPath,
      args: ['--conditions=meridian-source', join(import.meta.dirname, 'bot-worker.ts')],
      cwd: PROJECT_ROOT,
    });
    this.#process = bots;
    void this.#follow(bots);
  }

  /** A process that died is started again with the next wish. */
  async #follow(bots: LineProcess<BotReport>): Promise<void> {
    try {
      for (;;) this.#report = await bots.next(A_DAY_MS);
    } catch (error) {
      if (this.#process !== bots) return;
      process.stderr.write(`${(error as Error).message}\n`);
      this.#process = null;
      this.#report = NOTHING;
      this.#order = { ...this.#order, wanted: 0 };
    }
  }

  #pass(): void {
    this.#process?.tell(JSON.stringify(this.#order));
  }
}
