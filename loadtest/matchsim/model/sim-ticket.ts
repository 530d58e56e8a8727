/** One player as the model made him. */
export interface SimMember {
  /** What the matchmaker believes, rating points (Elo's scale: 400 points are odds of 10 to 1). */
  readonly rating: number;
  /** What decides games, rating points. Differs from `rating` by what no rating knows, and for smurfs by a lot. */
  readonly skill: number;
  /** Round trip to each region, ms, in the order of the world's regions. */
  readonly latencyMs: readonly number[];
}

/** A party in the queue. A player alone is a party of one. */
export interface SimTicket {
  readonly id: string;
  /** Virtual time. */
  readonly arrivedAtMs: number;
  readonly members: readonly SimMember[];
  /** Mean of the members'. */
  readonly rating: number;
  /** The worst member's, per region, ms. */
  readonly latencyMs: readonly number[];
}

/** A ticket with what follows from its members worked out. */
export function simTicket(
  id: string,
  arrivedAtMs: number,
  members: readonly SimMember[],
): SimTicket {
  const [first] = members;
  if (first === undefined) throw new RangeError(`ticket ${id} has no members`);
  return {
    id,
    arrivedAtMs,
    members,
    rating: members.reduce((sum, { rating }) => sum + rating, 0) / members.length,
    latencyMs: first.latencyMs.map((_, region) =>
      Math.max(...members.map(({ latencyMs }) => latencyMs[region] as number)),
    ),
  };
}

/** The region with the lowest latency among those that are open; -1 when none is. */
export function nearestRegion(ticket: SimTicket, isOpen: readonly boolean[]): number {
  let best = -1;
  for (const [region, ms] of ticket.latencyMs.entries()) {
    const isBetter = best < 0 || ms < (ticket.latencyMs[best] as number);
    if (isOpen[region] === true && isBetter) best = region;
  }
  return best;
}

/** Players of several tickets. */
export function playersOf(tickets: readonly SimTicket[]): number {
  return tickets.reduce((sum, { members }) => sum + members.length, 0);
}
