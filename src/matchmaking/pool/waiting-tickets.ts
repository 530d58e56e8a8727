import { valueAt } from './expansion.ts';
import { nextNearest } from './nearest.ts';
import { Neighbourhoods } from './neighbourhoods.ts';
import { RoleTable } from './role-assignment.ts';
import { candidatesOf, type RuleSet } from './rule-set.ts';
import { NeighbourWalk, SortedSlots } from './sorted-slots.ts';
import { type Ticket, waitedMs } from './ticket.ts';
import { TicketTable } from './ticket-table.ts';

/** The tickets that wait, in every order the search needs them in; the orders are kept as tickets come and go. */
export class WaitingTickets {
  readonly ruleSet: RuleSet;
  readonly roles: RoleTable | null;
  readonly table: TicketTable;
  /** All of them, the oldest first. */
  readonly byAge: SortedSlots;
  /** Of each region, who may play there, by skill. */
  readonly lists: readonly SortedSlots[];
  readonly neighbourhoods: Neighbourhoods;
  readonly #walk = new NeighbourWalk();
  /** The ticket of each player. */
  readonly #ticketOfPlayer = new Map<string, string>();

  constructor(ruleSet: RuleSet, regionIds: readonly string[]) {
    this.ruleSet = ruleSet;
    this.roles = ruleSet.teams.roles === undefined ? null : new RoleTable(ruleSet.teams.roles);
    this.table = new TicketTable({ regionIds, ruleSet, roles: this.roles });
    this.byAge = new SortedSlots(this.table.byAge);
    this.lists = regionIds.map(() => new SortedSlots(this.table.bySkill));
    const { regionsTried } = ruleSet.search;
    const most = Math.max(regionsTried.value, ...regionsTried.expansions.map(({ value }) => value));
    this.neighbourhoods = new Neighbourhoods(this.table, Math.min(most, regionIds.length));
  }

  hasPlayer(playerId: string): boolean {
    return this.#ticketOfPlayer.has(playerId);
  }

  add(ticket: Ticket): void {
    const slot = this.table.add(ticket);
    for (const { playerId } of ticket.players) this.#ticketOfPlayer.set(playerId, ticket.ticketId);
    this.byAge.add(slot);
    this.neighbourhoods.forget(slot);
    this.enterRegions(slot, Number.NEGATIVE_INFINITY);
  }

  remove(slot: number): void {
    const ticket = this.table.ticketAt(slot);
    this.byAge.remove(slot);
    const entered = this.table.entered[slot] as number;
    for (let rank = 0; rank < entered; rank += 1) {
      const region = this.table.regionAt(slot, rank);
      this.lists[region]?.remove(slot);
      this.neighbourhoods.changed(region, this.table.mu[slot] as number);
    }
    for (const { playerId } of ticket.players) this.#ticketOfPlayer.delete(playerId);
    this.table.remove(slot);
  }

  /** Puts the slot into the lists of the regions that are open to it by now. */
  enterRegions(slot: number, nowMs: number): void {
    const { table } = this;
    while ((table.nextEntryAtMs[slot] as number) <= nowMs) {
      const region = table.enterNext(slot);
      this.lists[region]?.add(slot);
      this.neighbourhoods.changed(region, table.mu[slot] as number);
      this.neighbourhoods.forget(slot);
    }
  }

  /** Those nearest to the slot in skill that may play in a region, as many as a search looks at; the nearest first. */
  nearest(slot: number, region: number, distance: number): readonly number[] {
    const { mu } = this.table;
    const list = this.lists[region] as SortedSlots;
    list.walkAround(slot, this.#walk);
    const reach = { mu, around: mu[slot] as number, distance };
    const found: number[] = [];
    const most = candidatesOf(this.ruleSet);
    for (let next = nextNearest(this.#walk, reach); next >= 0; ) {
      if (found.push(next) === most) break;
      next = nextNearest(this.#walk, reach);
    }
    return found;
  }

  /** When the oldest of them came, wall clock, ms. */
  oldestAtMs(slots: readonly number[]): number {
    const { createdAtMs } = this.table;
    return slots.reduce(
      (oldest, slot) => Math.min(oldest, createdAtMs[slot] as number),
      Number.POSITIVE_INFINITY,
    );
  }

  /** Regions that are tried for the slot now: so many of its nearest. */
  regionsTried(slot: number, nowMs: number): number {
    const waitMs = waitedMs(this.table.ticketAt(slot), nowMs);
    const wanted = valueAt(this.ruleSet.search.regionsTried, waitMs);
    return Math.min(wanted, this.table.entered[slot] as number);
  }

  skillDistance(slot: number, nowMs: number): number {
    const waitMs = waitedMs(this.table.ticketAt(slot), nowMs);
    return valueAt(this.ruleSet.search.skillDistance, waitMs);
  }
}
