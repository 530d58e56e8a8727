import type { Room } from '@colyseus/sdk';
import type { MatchSeat, TicketBody } from '../../src/protocol/matchmaking.ts';
import { eventually } from './eventually.ts';
import { MatchPlayer, type MatchRegion } from './match-player.ts';

const SOON = { withinMs: 10_000 };

export interface RunningState {
  readonly came: Iterable<string> & { readonly length: number };
  readonly lineUp: string;
  readonly isRestored: boolean;
}

/** Somebody who has taken his seat. */
export interface Seated {
  readonly player: MatchPlayer;
  readonly seat: MatchSeat;
  readonly room: Room<unknown, RunningState>;
}

/** Somebody who waits. */
export interface Waiting {
  readonly player: MatchPlayer;
  readonly ticket: TicketBody;
}

type Wishes = Parameters<MatchPlayer['enter']>[1];

/** A new player enters a queue. */
export async function wait(
  region: MatchRegion,
  queue: string,
  wishes: Wishes = {},
): Promise<Waiting> {
  const player = await MatchPlayer.signIn(region);
  const { status, body } = await player.enter(queue, wishes);
  if (status !== 201) throw new Error(`No ticket: ${JSON.stringify(body)}`);
  return { player, ticket: body };
}

/** Waits until he is matched, and takes his seat. */
export async function sit({ player, ticket }: Waiting): Promise<Seated> {
  const seat = await player.matched(ticket);
  const room = (await player.sit(seat)) as Seated['room'];
  await eventually(() => room.state?.came !== undefined, SOON);
  return { player, seat, room };
}

/** A match of the game of backfills that runs, with everybody in his seat. */
export async function startMatch(
  region: MatchRegion,
  queue: string,
  wishes: readonly Wishes[],
): Promise<readonly Seated[]> {
  const waiting = await Promise.all(wishes.map((it) => wait(region, queue, it)));
  const seated = await Promise.all(waiting.map(sit));
  await eventually(
    () => seated.every(({ room }) => room.state.came.length === seated.length),
    SOON,
  );
  return seated;
}

/** Names by team, sorted in each. */
export function teamsOf({ room }: Pick<Seated, 'room'>): readonly (readonly string[])[] {
  return room.state.lineUp.split(';').map((team) => team.split(',').toSorted());
}

/** Whether a ticket waits still, although it accepts more by now than at first: three seconds at least. */
export async function searchesOn({ player, ticket }: Waiting): Promise<boolean> {
  return await eventually(async () => {
    const { body } = await player.ticket(ticket.ticketId);
    if (body.state !== 'searching') return { isSearching: false };
    return body.widening.step > 0 ? { isSearching: true } : null;
  }, SOON).then(({ isSearching }) => isSearching);
}
