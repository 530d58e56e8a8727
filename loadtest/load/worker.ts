// A worker process of the load test: its share of the bots.

import { createInterface } from 'node:readline';
import { PhasedTimer } from '../bots/phased-timer.ts';
import { RefusedError } from '../bots/seat.ts';
import { mulberry32 } from '../scenarios/random.ts';
import { SCENARIOS } from '../scenarios/scenarios.ts';
import { Bot } from './bot.ts';
import { BotMeter } from './bot-meter.ts';
import type { WorkerReport, WorkerSetup } from './wire.ts';

const PING_EVERY_MS = 2_000;
const GOODBYE_MS = 500;

class BotWorker {
  readonly #setup: WorkerSetup;
  readonly #meter = new BotMeter();
  readonly #bots: Bot[] = [];
  /** One per step rate; in practice one. */
  readonly #timers = new Map<number, PhasedTimer<Bot>>();
  readonly #pings = new PhasedTimer<Bot>(1_000 / PING_EVERY_MS, (bot) => bot.ping());
  readonly #random: () => number;
  #isStopping = false;

  constructor(setup: WorkerSetup) {
    this.#setup = setup;
    this.#random = mulberry32(setup.seed + setup.firstBot);
  }

  async run(): Promise<void> {
    this.#pings.start();
    setInterval(() => this.#reportSecond(), 1_000);
    const joins: Promise<void>[] = [];
    const startedAtMs = performance.now();
    for (let i = 0; i < this.#setup.bots && !this.#isStopping; i++) {
      const dueAtMs = startedAtMs + (i * 1_000) / this.#setup.joinsPerSecond;
      const waitMs = dueAtMs - performance.now();
      if (waitMs > 1) await new Promise((resolve) => setTimeout(resolve, waitMs));
      joins.push(this.#join(this.#setup.firstBot + i));
    }
    await Promise.all(joins);
    say({ kind: 'joined' });
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    for (const timer of [...this.#timers.values(), this.#pings]) timer.stop();
    this.#reportSecond();
    for (const bot of this.#bots) bot.leave();
    // Close frames are on their way; the server answers them within this time or its own limits end the sockets.
    await new Promise((resolve) => setTimeout(resolve, GOODBYE_MS));
    say({ kind: 'done' });
  }

  async #join(index: number): Promise<void> {
    const { endpoint, roomName, scenario, decodeEvery, seed } = this.#setup;
    const bot = new Bot(
      { endpoint: new URL(endpoint), roomName, scenario: SCENARIOS[scenario], meter: this.#meter },
      { index, decodes: index % decodeEvery === 0, seed: seed + index },
    );
    const startedAtMs = performance.now();
    try {
      await bot.join();
      this.#meter.joinEnded('OK', performance.now() - startedAtMs);
    } catch (error) {
      this.#meter.joinEnded(outcomeOf(error), performance.now() - startedAtMs);
      return;
    }
    this.#bots.push(bot);
    this.#timerFor(bot.stepRateHz).add(bot, this.#random() * 1_000);
    this.#pings.add(bot, this.#random() * PING_EVERY_MS);
  }

  #timerFor(rateHz: number): PhasedTimer<Bot> {
    let timer = this.#timers.get(rateHz);
    if (timer === undefined) {
      timer = new PhasedTimer<Bot>(rateHz, (bot, lateMs) => {
        this.#meter.late(lateMs);
        bot.step();
      });
      timer.start();
      this.#timers.set(rateHz, timer);
    }
    return timer;
  }

  #reportSecond(): void {
    for (const bot of this.#bots) bot.countBytes();
    const playing = this.#bots.filter(({ isPlaying }) => isPlaying).length;
    say({ kind: 'second', ...this.#meter.takeSecond(playing) });
  }
}

/** A short, bounded name of what went wrong. */
function outcomeOf(error: unknown): string {
  if (error instanceof RefusedError) return error.code;
  const { message } = error as Error;
  const closeCode = /^closed with (\d+)/.exec(message)?.[1];
  if (closeCode !== undefined) return `CLOSED_${closeCode}`;
  const cause = (error as { cause?: { code?: unknown } }).cause?.code;
  if (typeof cause === 'string') return cause;
  if (message.startsWith('upgrade refused: ')) return `UPGRADE_${message.split(' ')[3] ?? ''}`;
  if (message.startsWith('refused by the room')) return 'REFUSED_BY_ROOM';
  return 'FAILED';
}

function say(report: WorkerReport): void {
  process.stdout.write(`@${JSON.stringify(report)}\n`);
}

const worker = new BotWorker(JSON.parse(process.argv[2] as string) as WorkerSetup);
const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  if (line === 'stop') void worker.stop();
  else if (line === 'quit') process.exit(0);
});
lines.on('close', () => process.exit(0));
await worker.run();
