// The process in which the bots of a world live; see wire.ts.

import { createInterface } from 'node:readline';
import type { WorldRoute } from '../../../src/protocol/admin.ts';
import { PhasedTimer } from '../../bots/phased-timer.ts';
import { WORLD_PLACES } from '../world-places.ts';
import { BotRoads } from './bot-roads.ts';
import { PlaceBot } from './place-bot.ts';
import type { BotOrder, BotReport } from './wire.ts';

/** A third of the arena's own rate: enough to see them fight, and five regions share this machine with them. */
const STEPS_HZ = 10;
const LOOKS_HZ = 1;
/** How many see what they do; more than that and the machine decodes instead of playing. */
const SEEING_BOTS = 100;
const JOINS_PER_SECOND = 25;
const REPORT_EVERY_MS = 1_000;

class BotWorker {
  readonly #roads = new BotRoads();
  /** Made once, by index, and wanted or not. */
  readonly #bots: PlaceBot[] = [];
  readonly #steps = new PhasedTimer<PlaceBot>(STEPS_HZ, (bot) => bot.step());
  readonly #looks = new PhasedTimer<PlaceBot>(LOOKS_HZ, (bot) => bot.lookAround());
  #wanted = 0;

  start(): void {
    this.#steps.start();
    this.#looks.start();
    setInterval(() => this.#approach(), 1_000 / JOINS_PER_SECOND);
    setInterval(() => say(this.#report()), REPORT_EVERY_MS);
  }

  async obey({ wanted, regions }: BotOrder): Promise<void> {
    await this.#roads.learn(regions);
    this.#wanted = wanted;
    for (const bot of this.#bots.slice(wanted)) if (bot.isWanted) bot.want(false);
  }

  /** One bot more, if some are missing. */
  #approach(): void {
    const next = this.#bots.findIndex(({ isWanted }) => !isWanted);
    const index = next < 0 ? this.#bots.length : next;
    if (index >= this.#wanted) return;
    const bot = this.#bots[index] ?? this.#create(index);
    bot.want(true);
  }

  #create(index: number): PlaceBot {
    const { id: home } = WORLD_PLACES[index % WORLD_PLACES.length] as { readonly id: string };
    const bot = new PlaceBot({ index, home, roads: this.#roads, decodes: index < SEEING_BOTS });
    this.#bots.push(bot);
    this.#steps.add(bot, Math.random() * 1_000);
    this.#looks.add(bot, Math.random() * 1_000);
    return bot;
  }

  #report(): BotReport {
    const wanted = this.#bots.filter(({ isWanted }) => isWanted);
    const playing = wanted.filter(({ playsIn }) => playsIn !== null);
    return {
      playing: playing.length,
      searching: wanted.length - playing.length,
      routes: routesOf(playing),
    };
  }
}

function routesOf(bots: readonly PlaceBot[]): readonly WorldRoute[] {
  return [...Map.groupBy(bots, ({ home, playsIn }) => `${home} ${playsIn}`)].map(([key, group]) => {
    const [placeId = '', regionId = ''] = key.split(' ');
    const rttsMs = group.map((bot) => bot.rttMs).filter((ms) => ms !== null);
    const sum = rttsMs.reduce((total, ms) => total + ms, 0);
    const rttMs = rttsMs.length === 0 ? null : Math.round(sum / rttsMs.length);
    return { placeId, regionId, players: group.length, rttMs };
  });
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
// Ctrl-C is meant for the world's process, which tells us when to go.
process.on('SIGINT', () => {});
// The world's process is gone.
lines.on('close', () => process.exit(0));
