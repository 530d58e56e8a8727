import { type SimTicket, simTicket } from './sim-ticket.ts';

/** A ticket written down by hand, for tests: as many players as ratings, all equally far from every region. */
export function handMade(
  id: string,
  ratings: readonly number[],
  {
    latencyMs = [20],
    arrivedAtMs = 0,
  }: { latencyMs?: readonly number[]; arrivedAtMs?: number } = {},
): SimTicket {
  return simTicket(
    id,
    arrivedAtMs,
    ratings.map((rating) => ({ rating, skill: rating, latencyMs })),
  );
}

/** Players alone, one for each rating, named after it. */
export function alone(...ratings: readonly number[]): SimTicket[] {
  return ratings.map((rating) => handMade(`r${rating}`, [rating]));
}

/** Names of tickets, in their order. */
export function idsOf(tickets: readonly SimTicket[]): string[] {
  return tickets.map(({ id }) => id);
}
