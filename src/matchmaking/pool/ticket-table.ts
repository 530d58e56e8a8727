import { valueAt } from './expansion.ts';
import { allowedAtWaitMs } from './latency-rule.ts';
import type { RoleTable } from './role-assignment.ts';
import type { RuleSet } from './rule-set.ts';
import { type Ticket, waitedMs } from './ticket.ts';

const FIRST_CAPACITY = 256;

/**
 * The tickets of a pool as columns of numbers; a ticket's row is its slot, used again once it has left. What the search reads a
 * hundred times per match lies side by side, and nothing of it is made anew between passes.
 */
export class TicketTable {
  readonly regionIds: readonly string[];
  /** Mean skill of the party, rating points. */
  mu = new Float64Array(FIRST_CAPACITY);
  size = new Uint8Array(FIRST_CAPACITY);
  /** Wall clock, ms. */
  createdAtMs = new Float64Array(FIRST_CAPACITY);
  /** `slot * regions + region`: round trip, ms; Infinity: cannot be used. */
  latencyMs: Float64Array;
  /** `slot * regions + i`: the party's i-th nearest region. */
  nearest: Uint8Array;
  /** Regions that it may ever play in: the first ones of `nearest`. */
  usable = new Uint8Array(FIRST_CAPACITY);
  /** Regions that it may play in now; it stands in their lists. Never more than `usable`. */
  entered = new Uint8Array(FIRST_CAPACITY);
  /** When the next region opens to it, wall clock, ms; Infinity: never, or the slot is free. */
  nextEntryAtMs = new Float64Array(FIRST_CAPACITY).fill(Number.POSITIVE_INFINITY);
  /** Whom its players avoid; null: nobody, as with most. */
  readonly avoids: (ReadonlySet<string> | null)[] = [];
  /** Roles that each of its players would play, as masks; empty in a queue without roles. */
  readonly roleMasks: (readonly number[])[] = [];
  readonly #tickets: (Ticket | null)[] = [];
  readonly #slots = new Map<string, number>();
  readonly #free: number[] = [];
  readonly #rules: RuleSet['latency'];
  readonly #roles: RoleTable | null;
  #capacity = FIRST_CAPACITY;

  constructor(options: {
    readonly regionIds: readonly string[];
    readonly ruleSet: RuleSet;
    readonly roles: RoleTable | null;
  }) {
    this.regionIds = options.regionIds;
    this.#rules = options.ruleSet.latency;
    this.#roles = options.roles;
    this.latencyMs = new Float64Array(FIRST_CAPACITY * this.regionIds.length);
    this.nearest = new Uint8Array(FIRST_CAPACITY * this.regionIds.length);
  }

  /** Tickets held. */
  get count(): number {
    return this.#slots.size;
  }

  /** Slots are below this. */
  get slotLimit(): number {
    return this.#tickets.length;
  }

  slotOf(ticketId: string): number | undefined {
    return this.#slots.get(ticketId);
  }

  ticketAt(slot: number): Ticket {
    return this.#tickets[slot] as Ticket;
  }

  ticketIds(): MapIterator<string> {
    return this.#slots.keys();
  }

  /** @returns the slot, in no region yet */
  add(ticket: Ticket): number {
    const slot = this.#free.pop() ?? this.#tickets.length;
    if (slot >= this.#capacity) this.#grow();
    this.#tickets[slot] = ticket;
    this.#slots.set(ticket.ticketId, slot);
    const { players } = ticket;
    this.mu[slot] = players.reduce((sum, { rating }) => sum + rating.mu, 0) / players.length;
    this.size[slot] = players.length;
    this.createdAtMs[slot] = ticket.createdAtMs;
    const avoided = players.flatMap(({ avoids = [] }) => avoids);
    this.avoids[slot] = avoided.length === 0 ? null : new Set(avoided);
    const roles = this.#roles;
    this.roleMasks[slot] = roles === null ? [] : players.map((it) => roles.maskOf(it.roles));
    this.#rankRegions(slot, ticket);
    this.entered[slot] = 0;
    this.#planEntry(slot);
    return slot;
  }

  /** The slot's columns stay readable until it is used again. */
  remove(slot: number): void {
    this.#slots.delete(this.ticketAt(slot).ticketId);
    this.#tickets[slot] = null;
    this.nextEntryAtMs[slot] = Number.POSITIVE_INFINITY;
    this.#free.push(slot);
  }

  /** The region that opens to the slot next, once its time has come. */
  enterNext(slot: number): number {
    const entered = this.entered[slot] as number;
    this.entered[slot] = entered + 1;
    this.#planEntry(slot);
    return this.regionAt(slot, entered);
  }

  /** @param rank - 0: the nearest */
  regionAt(slot: number, rank: number): number {
    return this.nearest[slot * this.regionIds.length + rank] as number;
  }

  latencyTo(slot: number, region: number): number {
    return this.latencyMs[slot * this.regionIds.length + region] as number;
  }

  /** Round trip that the party accepts after a wait, ms. */
  capMs(slot: number, nowMs: number): number {
    const ticket = this.ticketAt(slot);
    const cap = valueAt(this.#rules.capMs, waitedMs(ticket, nowMs));
    const own = this.latencyTo(slot, this.regionAt(slot, 0)) + this.#rules.slackMs;
    return Math.min(this.#rules.ceilingMs, Math.max(cap, own));
  }

  /** Wait after which the party may play in its region of that rank, ms; null: never. */
  allowedAtWaitMs(slot: number, rank: number): number | null {
    const latencyMs = this.latencyTo(slot, this.regionAt(slot, rank));
    return allowedAtWaitMs(latencyMs, this.latencyTo(slot, this.regionAt(slot, 0)), this.#rules);
  }

  /** Total order: by skill, then age, then id. */
  readonly bySkill = (a: number, b: number): number =>
    (this.mu[a] as number) - (this.mu[b] as number) || this.byAge(a, b);

  /** Total order: the oldest first, then by id. */
  readonly byAge = (a: number, b: number): number =>
    (this.createdAtMs[a] as number) - (this.createdAtMs[b] as number) ||
    compareIds(this.ticketAt(a).ticketId, this.ticketAt(b).ticketId);

  /** Whether a player of one avoids a player of the other. */
  isConflict(a: number, b: number): boolean {
    return this.#avoidsAny(a, b) || this.#avoidsAny(b, a);
  }

  #avoidsAny(a: number, b: number): boolean {
    const avoided = this.avoids[a];
    if (avoided === null || avoided === undefined) return false;
    return this.ticketAt(b).players.some(({ playerId }) => avoided.has(playerId));
  }

  #rankRegions(slot: number, { latencyMsByRegion }: Ticket): void {
    const regions = this.regionIds.length;
    const first = slot * regions;
    for (const [region, regionId] of this.regionIds.entries()) {
      this.latencyMs[first + region] = latencyMsByRegion[regionId] ?? Number.POSITIVE_INFINITY;
      this.nearest[first + region] = region;
    }
    const latency = (region: number) => this.latencyMs[first + region] as number;
    const nearest = this.nearest.subarray(first, first + regions);
    nearest.sort((a, b) => (latency(a) === latency(b) ? a - b : latency(a) - latency(b)));
    let usable = 0;
    while (usable < regions && this.allowedAtWaitMs(slot, usable) !== null) usable += 1;
    this.usable[slot] = usable;
  }

  #planEntry(slot: number): void {
    const rank = this.entered[slot] as number;
    const waitMs =
      rank < (this.usable[slot] as number) ? this.allowedAtWaitMs(slot, rank) : Infinity;
    // What is open at once is so whatever the clocks say.
    this.nextEntryAtMs[slot] =
      waitMs === 0 ? Number.NEGATIVE_INFINITY : (this.createdAtMs[slot] as number) + (waitMs ?? 0);
  }

  #grow(): void {
    const capacity = this.#capacity * 2;
    const regions = this.regionIds.length;
    this.mu = grown(this.mu, new Float64Array(capacity));
    this.size = grown(this.size, new Uint8Array(capacity));
    this.createdAtMs = grown(this.createdAtMs, new Float64Array(capacity));
    this.latencyMs = grown(this.latencyMs, new Float64Array(capacity * regions));
    this.nearest = grown(this.nearest, new Uint8Array(capacity * regions));
    this.usable = grown(this.usable, new Uint8Array(capacity));
    this.entered = grown(this.entered, new Uint8Array(capacity));
    const nextEntry = new Float64Array(capacity).fill(Number.POSITIVE_INFINITY);
    this.nextEntryAtMs = grown(this.nextEntryAtMs, nextEntry);
    this.#capacity = capacity;
  }
}

function grown<T extends Float64Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** By code units: the same on every machine, whatever its language. */
function compareIds(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
