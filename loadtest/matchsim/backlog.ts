// A full queue, as after a lost region or at the start of a season: many tickets at once, and one pass over them.
//
// The pass runs as production runs it, in slices between which the event loop turns. A second loop, which does nothing but
// look at the clock each time it gets a turn, sees how long it could not.

import { setImmediate } from 'node:timers/promises';
import { MatchPool } from '../../src/matchmaking/pool/match-pool.ts';
import { actionRules } from '../../src/matchmaking/pool/rule-set.ts';
import { poolTicket } from './contenders/meridian.ts';
import { threadCpuMs } from './judge/cpu-meter.ts';
import { threadPreemptions } from './judge/preemptions.ts';
import { TicketMaker, USUAL_POPULATION } from './model/population.ts';
import { RandomSource } from './model/random-source.ts';
import type { World } from './model/world.ts';

const TEAM_SIZE = 5;
/** Virtual now of the pass; the tickets came in the {@link OLDEST_MS} before. */
const NOW_MS = 1_000_000;
const OLDEST_MS = 20_000;
const BACKLOG_STREAM = 0x7f4a7c15;

export interface Backlog {
  readonly tickets: number;
  readonly matchedTickets: number;
  /** CPU time of this thread to add all tickets, ms. */
  readonly addCpuMs: number;
  /** CPU time of this thread for the pass, ms. */
  readonly passCpuMs: number;
  /** By the wall clock, the event loop's turns included, ms. */
  readonly passMs: number;
  /** Longest time between two turns of the event loop during the pass, ms. */
  readonly longestSliceMs: number;
  /** Most CPU time of this thread between two turns, ms: below `longestSliceMs` when others had the core meanwhile. */
  readonly longestSliceCpuMs: number;
  /** Longest time between two turns during which nobody else had the core, ms; NaN where the kernel does not tell. */
  readonly longestOwnSliceMs: number;
}

/** Fills a pool with `count` tickets of the usual population and makes one pass. */
export async function passBacklog(world: World, count: number, seed: number): Promise<Backlog> {
  const { regions } = world;
  const random = new RandomSource(seed ^ BACKLOG_STREAM);
  const maker = new TicketMaker(world, USUAL_POPULATION, random);
  const allOpen = regions.map(() => true);
  const tickets = Array.from({ length: count }, () => {
    const arrivedAtMs = NOW_MS - random.uniform() * OLDEST_MS;
    return poolTicket(maker.draw(arrivedAtMs, random.pick(world.weights)), regions, allOpen);
  });
  const ruleSet = actionRules({ count: 2, playersPerTeam: TEAM_SIZE });
  const pool = new MatchPool({ ruleSet, regionIds: regions });
  const beforeAddMs = threadCpuMs();
  for (const ticket of tickets) pool.add(ticket);
  const addCpuMs = threadCpuMs() - beforeAddMs;

  const watch = new LoopWatch();
  const watching = watch.run();
  // The watch has its first turn before the pass takes any.
  await setImmediate();
  const beforePassMs = threadCpuMs();
  const startedMs = performance.now();
  let matchedTickets = 0;
  for (const matches of pool.passInSlices(NOW_MS)) {
    for (const match of matches) matchedTickets += match.tickets.length;
    await setImmediate();
  }
  const passMs = performance.now() - startedMs;
  const passCpuMs = threadCpuMs() - beforePassMs;
  await setImmediate();
  watch.stop();
  await watching;
  return {
    tickets: count,
    matchedTickets,
    addCpuMs,
    passCpuMs,
    passMs,
    longestSliceMs: watch.longestMs,
    longestSliceCpuMs: watch.longestCpuMs,
    longestOwnSliceMs: watch.longestOwnMs,
  };
}

/** Turns with the event loop and remembers its longest absence. */
class LoopWatch {
  #longestMs = 0;
  #longestCpuMs = 0;
  #longestOwnMs = Number.NaN;
  #isStopped = false;

  get longestMs(): number {
    return this.#longestMs;
  }

  get longestCpuMs(): number {
    return this.#longestCpuMs;
  }

  get longestOwnMs(): number {
    return this.#longestOwnMs;
  }

  async run(): Promise<void> {
    let lastMs = performance.now();
    let lastCpuMs = threadCpuMs();
    let lastPreemptions = threadPreemptions();
    while (!this.#isStopped) {
      await setImmediate();
      const [nowMs, nowCpuMs] = [performance.now(), threadCpuMs()];
      this.#longestMs = Math.max(this.#longestMs, nowMs - lastMs);
      this.#longestCpuMs = Math.max(this.#longestCpuMs, nowCpuMs - lastCpuMs);
      const preemptions = threadPreemptions();
      if (preemptions === lastPreemptions) {
        this.#longestOwnMs = Math.max(this.#longestOwnMs || 0, nowMs - lastMs);
      }
      [lastMs, lastCpuMs, lastPreemptions] = [nowMs, nowCpuMs, preemptions];
    }
  }

  stop(): void {
    this.#isStopped = true;
  }
}
