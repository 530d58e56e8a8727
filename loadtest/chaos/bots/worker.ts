// A worker process: its share of the bots, each at a phase of its own.

import { createInterface } from 'node:readline';
import { PhasedTimer } from '../../bots/phased-timer.ts';
import { machineNowMs } from '../../machine/machine-clock.ts';
import { STEP_HZ } from '../chaos-state.ts';
import type { Stay } from '../evidence/stay.ts';
import { type ChaosBot, LightBot } from './chaos-bot.ts';
import { SdkBot } from './sdk-bot.ts';
import type { BotOrder, BotPlan, BotReport, Ending } from './wire.ts';

const ADDS_HZ = 4;
const INPUTS_HZ = 8;
const MOST_WAITING_INPUTS = STEP_HZ / 4;
const LINK_CHECKS_HZ = 4;
const TALLY_EVERY_MS = 250;
const GOODBYE_MS = 500;

class BotWorker {
  readonly #bots = new Map<number, ChaosBot>();
  readonly #lastStateAtMs = new Map<number, number>();
  readonly #stays: Stay[] = [];
  readonly #adds = new PhasedTimer<ChaosBot>(ADDS_HZ, (bot) => bot.add());
  readonly #moves = new PhasedTimer<ChaosBot>(INPUTS_HZ, (bot, lateMs) => {
    this.#worstLateMs = Math.max(this.#worstLateMs, lateMs);
    // Rooms apply half a second's worth of inputs at once and drop the rest (RM-8): no more may ever wait.
    if (bot.recorder.inputsWaiting < MOST_WAITING_INPUTS) bot.move();
  });
  readonly #links = new PhasedTimer<ChaosBot>(LINK_CHECKS_HZ, (bot) => bot.checkLink());
  #worstLateMs = 0;

  start(): void {
    for (const timer of [this.#adds, this.#moves, this.#links]) timer.start();
    setInterval(() => this.#tally(), TALLY_EVERY_MS);
  }

  async obey(order: BotOrder): Promise<void> {
    switch (order.kind) {
      case 'join':
        await this.#joinAll(order.plans, order.joinsAtOnce);
        return;
      case 'misbehave':
        this.#bots.get(order.bot)?.misbehave(order.how);
        return;
      case 'hush':
        this.#adds.stop();
        this.#moves.stop();
        return;
      case 'report':
        for (const bot of this.#bots.values()) if (!bot.hasEnded) bot.recorder.stop();
        for (const stay of this.#stays.splice(0)) say({ kind: 'stay', stay });
        say({ kind: 'reported' });
        return;
      case 'leave':
        for (const bot of this.#bots.values()) if (!bot.hasEnded) bot.leave();
        this.#bots.clear();
        await new Promise((resolve) => setTimeout(resolve, GOODBYE_MS));
        say({ kind: 'left' });
    }
  }

  async #joinAll(plans: readonly BotPlan[], joinsAtOnce: number): Promise<void> {
    const waiting = [...plans];
    const lane = async (): Promise<void> => {
      for (let plan = waiting.shift(); plan !== undefined; plan = waiting.shift()) {
        await this.#join(plan);
      }
    };
    await Promise.all(Array.from({ length: joinsAtOnce }, lane));
    say({ kind: 'join-done' });
  }

  async #join(plan: BotPlan): Promise<void> {
    const { index, roomName, group, seats, frontDoor } = plan;
    const startedAtMs = machineNowMs();
    const tookMs = () => Math.round(machineNowMs() - startedAtMs);
    const join = plan.kind === 'sdk' ? SdkBot.join : LightBot.join;
    try {
      const bot: ChaosBot = await join(
        { index, frontDoor, roomName, joinOptions: { group, seats } },
        {
          onStay: (stay) => this.#onStay(stay),
          onEnded: (room, reason) => this.#onEnded({ bot: index, roomId: room, roomName, reason }),
        },
      );
      this.#bots.set(index, bot);
      this.#adds.add(bot, Math.random() * 1_000);
      this.#moves.add(bot, Math.random() * 1_000);
      this.#links.add(bot, Math.random() * 1_000);
      const { sessionId, roomId } = bot;
      say({ kind: 'joined', bot: index, roomId, sessionId, tookMs: tookMs() });
    } catch (error) {
      say({ kind: 'join-failed', bot: index, reason: (error as Error).message, tookMs: tookMs() });
    }
  }

  /** Kept until they are asked for: a lost node ends a thousand at once, and nobody may be busy with writing then. */
  #onStay(stay: Stay): void {
    this.#lastStateAtMs.set(stay.bot, stay.lastStateAtMs);
    this.#stays.push(stay);
  }

  #onEnded(ended: Omit<Ending, 'atMs' | 'lastStateAtMs'>): void {
    const lastStateAtMs = this.#lastStateAtMs.get(ended.bot) ?? 0;
    say({ kind: 'ended', ending: { ...ended, atMs: machineNowMs(), lastStateAtMs } });
  }

  #tally(): void {
    let seated = 0;
    let ended = 0;
    let states = 0;
    for (const bot of this.#bots.values()) {
      states += bot.recorder.takeStates();
      if (bot.hasEnded) ended++;
      else if (bot.isSeated) seated++;
    }
    const searching = this.#bots.size - seated - ended;
    const worstLateMs = Math.round(this.#worstLateMs);
    this.#worstLateMs = 0;
    say({ kind: 'tally', atMs: machineNowMs(), seated, searching, ended, states, worstLateMs });
  }
}

function say(report: BotReport): void {
  process.stdout.write(`@${JSON.stringify(report)}\n`);
}

const worker = new BotWorker();
worker.start();
const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  if (line === 'quit') process.exit(0);
  void worker.obey(JSON.parse(line) as BotOrder);
});
lines.on('close', () => process.exit(0));
