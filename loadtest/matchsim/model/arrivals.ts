import { activityAt, MEAN_ACTIVITY } from './day.ts';
import { TicketMaker } from './population.ts';
import { RandomSource } from './random-source.ts';
import type { Scenario } from './scenario.ts';
import type { SimTicket } from './sim-ticket.ts';
import type { World } from './world.ts';

const HOURS_PER_DAY = 24;

/**
 * The tickets of a scenario, oldest first. Each region is a Poisson process of its own; where the rate follows the
 * hours, a fast process is thinned (Lewis and Shedler 1979).
 */
export function drawArrivals(world: World, scenario: Scenario, seed: number): SimTicket[] {
  const random = new RandomSource(seed);
  const maker = new TicketMaker(world, scenario.population, random);
  const busiest = scenario.dayMs === null ? 1 : 1 / MEAN_ACTIVITY;
  const perMs = (scenario.ticketsPerSecond * busiest) / 1_000;
  const tickets: SimTicket[] = [];
  for (let nowMs = random.exponential(perMs); ; nowMs += random.exponential(perMs)) {
    if (nowMs >= scenario.durationMs) return tickets;
    const home = random.pick(world.weights);
    if (random.uniform() < activity(world, scenario, home, nowMs)) {
      tickets.push(maker.draw(nowMs, home));
    }
  }
}

/** Of a region now, 1 being its busiest hour; the day begins at midnight UTC. */
function activity(world: World, { dayMs }: Scenario, home: number, nowMs: number): number {
  if (dayMs === null) return 1;
  const utcHour = (nowMs / dayMs) * HOURS_PER_DAY;
  return activityAt(utcHour + (world.utcOffsetHours[home] ?? 0));
}
