import type { BackfillRequest } from './backfill-request.ts';
import { matchCost } from './cost.ts';
import { valueAt } from './expansion.ts';
import { nextNearest } from './nearest.ts';
import { RoleFlow } from './role-assignment.ts';
import { candidatesOf } from './rule-set.ts';
import { NeighbourWalk } from './sorted-slots.ts';
import type { Skill } from './ticket.ts';
import type { WaitingTickets } from './waiting-tickets.ts';

// Players for a room that runs already. A match is being played meanwhile, so there is no waiting for the best: the ticket and team
// that cost least are taken again and again, until the room is full or nobody fits; of the stages on the way, the last one that is
// acceptable counts. A room need not be filled at once.

export interface FoundNewcomers {
  readonly slots: readonly number[];
  /** The team of each slot. */
  readonly teamOf: readonly number[];
  readonly cost: number;
}

interface TeamSoFar {
  readonly skills: readonly Skill[];
  readonly newcomers: readonly number[];
  readonly openPlaces: number;
}

interface Stage {
  readonly teams: readonly TeamSoFar[];
  readonly slots: readonly number[];
  readonly teamOf: readonly number[];
  readonly cost: number;
}

export class BackfillSearch {
  readonly #waiting: WaitingTickets;
  readonly #walk = new NeighbourWalk();

  constructor(waiting: WaitingTickets) {
    this.#waiting = waiting;
  }

  /** @param isAcceptable - by the cost and the tickets that would come */
  find(
    request: BackfillRequest,
    nowMs: number,
    isAcceptable: (cost: number, slots: readonly number[]) => boolean,
  ): FoundNewcomers | null {
    const region = this.#waiting.table.regionIds.indexOf(request.regionId);
    const candidates = this.#collect(request, region, nowMs);
    let stage: Stage | null = {
      teams: request.teams.map(({ players, openPlaces }) => ({
        skills: players.map(({ rating }) => rating),
        newcomers: [],
        openPlaces,
      })),
      slots: [],
      teamOf: [],
      cost: 0,
    };
    let found: FoundNewcomers | null = null;
    for (;;) {
      stage = this.#cheapestNext(stage, candidates, { request, region });
      if (stage === null) return found;
      if (isAcceptable(stage.cost, stage.slots)) found = stage;
    }
  }

  /** The tickets nearest in skill to the room's players (to the oldest ticket, where there are none) that may join them. */
  #collect(request: BackfillRequest, region: number, nowMs: number): readonly number[] {
    const { table, lists, ruleSet } = this.#waiting;
    const seated = request.teams.flatMap(({ players }) => players);
    const mu =
      seated.length === 0
        ? this.#oldestMu(region)
        : seated.reduce((sum, { rating }) => sum + rating.mu, 0) / seated.length;
    const distance = valueAt(
      ruleSet.search.skillDistance,
      Math.max(0, nowMs - request.createdAtMs),
    );
    const most = candidatesOf(ruleSet);
    const largest = Math.max(...request.teams.map(({ openPlaces }) => openPlaces));
    const place = { compareTo: (slot: number) => mu - (table.mu[slot] as number) };
    lists[region]?.walkFrom(place, this.#walk);
    const reach = { mu: table.mu, around: mu, distance };
    const candidates: number[] = [];
    while (candidates.length < most) {
      const slot = nextNearest(this.#walk, reach);
      if (slot < 0) break;
      if ((table.size[slot] ?? 0) > largest) continue;
      if (this.#mayJoin(slot, seated, request.left ?? [])) candidates.push(slot);
    }
    return candidates;
  }

  #oldestMu(region: number): number {
    const { table, lists } = this.#waiting;
    let oldest = -1;
    for (const slot of lists[region] ?? []) {
      if (oldest < 0 || table.byAge(slot, oldest) < 0) oldest = slot;
    }
    return oldest < 0 ? 0 : (table.mu[oldest] as number);
  }

  #mayJoin(slot: number, seated: readonly SeatedOf[], left: readonly string[]): boolean {
    const { table } = this.#waiting;
    const { players } = table.ticketAt(slot);
    if (players.some(({ playerId }) => left.includes(playerId))) return false;
    const avoided = table.avoids[slot];
    return !seated.some(
      ({ playerId, avoids = [] }) =>
        avoided?.has(playerId) ||
        players.some((it) => it.playerId === playerId || avoids.includes(it.playerId)),
    );
  }

  /** One more ticket in one of the teams, whichever costs least; null: nobody fits. */
  #cheapestNext(stage: Stage, candidates: readonly number[], room: Room): Stage | null {
    const { table } = this.#waiting;
    let best: Stage | null = null;
    for (const slot of candidates) {
      const isTaken =
        stage.slots.includes(slot) || stage.slots.some((other) => table.isConflict(slot, other));
      if (isTaken) continue;
      for (const team of stage.teams.keys()) {
        const next = this.#join(stage, { slot, team }, room);
        if (next !== null && (best === null || next.cost < best.cost)) best = next;
      }
    }
    return best;
  }

  #join(stage: Stage, { slot, team }: { slot: number; team: number }, room: Room): Stage | null {
    const { table } = this.#waiting;
    const before = stage.teams[team] as TeamSoFar;
    const openPlaces = before.openPlaces - (table.size[slot] as number);
    if (openPlaces < 0) return null;
    const after = {
      skills: [...before.skills, ...table.ticketAt(slot).players.map(({ rating }) => rating)],
      newcomers: [...before.newcomers, slot],
      openPlaces,
    };
    if (!this.#canPlay(after.newcomers, team, room)) return null;
    const teams = stage.teams.with(team, after);
    const slots = [...stage.slots, slot];
    const cost = this.#costOf(teams, slots, room);
    return { teams, slots, teamOf: [...stage.teamOf, team], cost };
  }

  /** Whether the newcomers of a team find roles beside those who play already. */
  #canPlay(newcomers: readonly number[], team: number, { request }: Room): boolean {
    const { roles, table } = this.#waiting;
    if (roles === null) return true;
    const played = request.teams[team]?.players.map(({ role }) => role ?? '') ?? [];
    const flow = new RoleFlow(Object.values(roles.placesLeft(played)));
    return flow.canSeat(newcomers.flatMap((slot) => table.roleMasks[slot] ?? []));
  }

  #costOf(
    teams: readonly TeamSoFar[],
    slots: readonly number[],
    { request, region }: Room,
  ): number {
    const { table, ruleSet } = this.#waiting;
    const means = teams
      .filter(({ skills }) => skills.length > 0)
      .map(({ skills }) => skills.reduce((sum, { mu }) => sum + mu, 0) / skills.length);
    const seated = request.teams.flatMap(({ players }) => players.map(({ rating }) => rating.mu));
    const levels = [...seated, ...slots.map((slot) => table.mu[slot] as number)];
    return matchCost(
      {
        teamGap: Math.max(...means) - Math.min(...means),
        spread: Math.max(...levels) - Math.min(...levels),
        latencyMs: Math.max(...slots.map((slot) => table.latencyTo(slot, region))),
      },
      ruleSet.weights,
    );
  }
}

interface Room {
  readonly request: BackfillRequest;
  readonly region: number;
}

type SeatedOf = BackfillRequest['teams'][number]['players'][number];
