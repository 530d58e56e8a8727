// The process of the ticket players; see ticket-wire.ts.

import { createInterface } from 'node:readline';
import { mulberry32 } from '../../scenarios/random.ts';
import { TicketPlayer } from './ticket-player.ts';
import type { TicketOrder, TicketReport } from './ticket-wire.ts';

/** Players of a home who sign in at a time. */
const ARRIVALS_AT_ONCE = 2;

class TicketWorker {
  readonly #players = new Map<string, TicketPlayer[]>();
  #dice: () => number = Math.random;
  #trips = 0;
  #isEntering = true;

  async obey(order: TicketOrder): Promise<void> {
    switch (order.kind) {
      case 'begin':
        await this.#begin(order);
        return;
      case 'stop':
        this.#isEntering = false;
        return;
      case 'take-back':
        await Promise.all([...this.#players.values()].flat().map((player) => player.takeBack()));
    }
  }

  async #begin(order: Extract<TicketOrder, { kind: 'begin' }>): Promise<void> {
    this.#dice = mulberry32(order.seed);
    await Promise.all(
      Object.entries(order.doors).map(([home, door]) =>
        this.#settle(home, door, order.playersPerHome),
      ),
    );
    const players = [...this.#players.values()].flat().length;
    say({ kind: 'ready', players });
    this.#enterLater(order.rateHz);
  }

  async #settle(home: string, door: string, count: number): Promise<void> {
    const players: TicketPlayer[] = [];
    this.#players.set(home, players);
    while (players.length < count) {
      const next = Math.min(ARRIVALS_AT_ONCE, count - players.length);
      const arriving = Array.from({ length: next }, () => TicketPlayer.arrive(home, door, say));
      players.push(...(await Promise.all(arriving)));
    }
  }

  /** Poisson arrivals. Where all players of a home wait or play, nobody comes. */
  #enterLater(rateHz: number): void {
    if (!this.#isEntering) return;
    const inMs = (-Math.log(1 - this.#dice()) / rateHz) * 1_000;
    setTimeout(() => {
      const homes = [...this.#players.values()];
      const home = homes[Math.floor(this.#dice() * homes.length)] ?? [];
      const player = home.find(({ isBusy }) => !isBusy);
      if (player !== undefined && this.#isEntering) void player.travel(this.#trips++);
      this.#enterLater(rateHz);
    }, inMs);
  }
}

function say(report: TicketReport): void {
  process.stdout.write(`@${JSON.stringify(report)}\n`);
}

const worker = new TicketWorker();
const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  if (line === 'quit') process.exit(0);
  void worker.obey(JSON.parse(line) as TicketOrder);
});
lines.on('close', () => process.exit(0));
