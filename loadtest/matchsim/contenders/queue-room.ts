// Colyseus' QueueRoom (core 0.18.17, src/rooms/QueueRoom.ts), by its rule:
//
//   each second: sort by rank ─▶ go through once, put each into the current group ─▶ full: a match, next group
//   a rank more than twice the group's mean away from it begins a new group, unless it has waited ten cycles
//
// QueueRoom deals with clients one by one, so it tears parties apart when a group fills up in their midst, and it makes
// no teams. Here parties stay together (one that does not fit waits for the next cycle) and the judge splits the teams as
// well as can be: both flatter it.

import { splitTeams } from '../judge/team-split.ts';
import { nearestRegion, type SimTicket } from '../model/sim-ticket.ts';
import type { Contender, ContenderSetup, PassResult, SimMatch } from './contender.ts';

const CYCLE_MS = 1_000;
/** `maxWaitingCyclesForPriority` of QueueRoom. */
const CYCLES_UNTIL_PRIORITY = 10;

interface Queued {
  readonly ticket: SimTicket;
  cycles: number;
}

interface Group {
  readonly members: Queued[];
  players: number;
  rank: number;
}

/** QueueRoom as one room for the world, or one in every region. */
export class QueueRoomContender implements Contender {
  readonly periodMs = CYCLE_MS;
  readonly #setup: ContenderSetup;
  readonly #scope: 'global' | 'region';
  /** One queue per region; a global room has only the first. */
  #queues: Queued[][];
  #isOpen: readonly boolean[] = [];

  constructor(setup: ContenderSetup, scope: 'global' | 'region') {
    this.#setup = setup;
    this.#scope = scope;
    this.#queues = setup.regions.map(() => []);
  }

  add(ticket: SimTicket): void {
    this.#enqueue({ ticket, cycles: 0 });
  }

  setOpenRegions(isOpen: readonly boolean[]): void {
    this.#isOpen = isOpen;
    // Who waited in a room of a lost region asks again where it is next nearest. Their wait is not forgotten.
    const queued = this.#queues.flat();
    this.#queues = this.#setup.regions.map(() => []);
    for (const entry of queued) this.#enqueue(entry);
  }

  pass(): PassResult {
    const matches: SimMatch[] = [];
    this.#queues = this.#queues.map((queue, region) => this.#cycle(queue, region, matches));
    return { matches, expired: [] };
  }

  #enqueue(entry: Queued): void {
    const home = this.#scope === 'global' ? 0 : nearestRegion(entry.ticket, this.#isOpen);
    this.#queues[Math.max(0, home)]?.push(entry);
  }

  /** @returns who is left */
  #cycle(queue: Queued[], region: number, matches: SimMatch[]): Queued[] {
    const size = 2 * this.#setup.teamSize;
    const left: Queued[] = [];
    let group = emptyGroup();
    for (const entry of queue.sort((a, b) => a.ticket.rating - b.ticket.rating)) {
      entry.cycles++;
      if (!isCompatible(entry, group)) {
        left.push(...group.members);
        group = emptyGroup();
      }
      if (group.players + entry.ticket.members.length > size) {
        left.push(entry);
        continue;
      }
      join(group, entry);
      if (group.players < size) continue;
      const tickets = group.members.map(({ ticket }) => ticket);
      const place = this.#placeOf(region);
      if (place < 0 || splitTeams(tickets, this.#setup.teamSize) === null) {
        left.push(...group.members);
      } else {
        matches.push({ region: place, tickets, teams: null });
      }
      group = emptyGroup();
    }
    return [...left, ...group.members];
  }

  /** Where a match of the room of `region` is played; -1: nowhere, all is down. */
  #placeOf(region: number): number {
    if (this.#scope === 'global') return this.#anyOpenRegion();
    return this.#isOpen[region] === true ? region : -1;
  }

  /** Colyseus makes a room on the process with the fewest rooms, wherever that is. */
  #anyOpenRegion(): number {
    const open = [...this.#isOpen.keys()].filter((region) => this.#isOpen[region] === true);
    return open[this.#setup.random.below(open.length)] ?? -1;
  }
}

function emptyGroup(): Group {
  return { members: [], players: 0, rank: 0 };
}

function join(group: Group, entry: Queued): void {
  const { rating, members } = entry.ticket;
  const rank = group.rank * group.players + rating * members.length;
  group.members.push(entry);
  group.players += members.length;
  group.rank = rank / group.players;
}

/** QueueRoom's own `compare`. */
function isCompatible({ ticket, cycles }: Queued, { players, rank }: Group): boolean {
  if (players === 0 || rank <= 0 || cycles > CYCLES_UNTIL_PRIORITY) return true;
  const difference = Math.abs(ticket.rating - rank);
  return difference < 10 || difference / rank <= 2;
}
