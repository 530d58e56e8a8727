import type { IRoomCache } from '@colyseus/core';
import type { AuditLog } from '../admin/audit-log.ts';
import type { BanView } from '../admin/player-operations.ts';
import type { RegionOperations } from '../admin/region-operations.ts';
import type { PlayerAccounts } from '../auth/contract.ts';
import type { NodeCalls } from '../cluster/node-calls.ts';
import { type NodeInfo, runsService } from '../cluster/node-info.ts';
import type { RoomDirectory } from '../cluster/room-directory.ts';
import { GameError } from '../errors/game-error.ts';
import type { Matchmaking } from '../matchmaking/contract.ts';
import type { Profiles } from '../profiles/contract.ts';
import type { ActionResult, OperatorAction, WorldView } from '../protocol/admin.ts';
import {
  type AnswerTo,
  MOST_ROWS,
  type OperatorAnswers,
  type OperatorQuestion,
  type PlayerList,
  type PlayerProfileView,
  type PlayerRow,
  type PlayerView,
  type RoomList,
} from '../protocol/operator-questions.ts';
import type { DrainResult } from '../protocol/rest.ts';
import { DESK_CALLS, type FoundSeat, type SeatsCall } from './node-desk.ts';
import { roomRow } from './room-row.ts';

/** A node that does not answer an operator by then is named instead of waited for. */
const ASK_MS = 1_500;
/** A move waits for a checkpoint, and for the other node to take over. */
const ACT_MS = 8_000;
/** What one profile shows of each of its lists. */
const MOST_FIGURES = 50;

/** What each action on a region gives or takes back, and how it is told. */
const ORDERS = {
  'close-region': { order: 'close', isGiven: true, done: 'makes no new rooms' },
  'open-region': { order: 'close', isGiven: false, done: 'makes rooms again' },
  'shed-tickets': { order: 'shed-tickets', isGiven: true, done: 'takes no new tickets' },
  'take-tickets': { order: 'shed-tickets', isGiven: false, done: 'takes tickets again' },
  'evacuate-region': { order: 'evacuate', isGiven: true, done: 'is evacuated' },
  'return-region': { order: 'evacuate', isGiven: false, done: 'is linked again' },
} as const;

export interface RegionDeskDeps {
  readonly regionId: string;
  readonly view: () => Promise<WorldView>;
  readonly nodes: () => readonly NodeInfo[];
  readonly directory: Pick<RoomDirectory, 'query' | 'locate'>;
  readonly calls: NodeCalls;
  readonly matchmaking: Pick<Matchmaking, 'waiting' | 'explain'>;
  readonly profiles: Pick<Profiles, 'readForDisplay' | 'findByUsername'>;
  readonly accounts: Pick<PlayerAccounts, 'identities' | 'ban' | 'liftBan' | 'signOutEverywhere'>;
  readonly audit: AuditLog;
  readonly operations: RegionOperations;
}

type Answers = {
  readonly [Name in OperatorQuestion['question']]: (
    question: Extract<OperatorQuestion, { readonly question: Name }>,
  ) => Promise<OperatorAnswers[Name]>;
};

/** What one region tells and does for operators, wherever they are: the node that is asked knows whom to ask. */
export class RegionDesk {
  readonly #deps: RegionDeskDeps;
  readonly #answers: Answers = {
    world: () => this.#deps.view(),
    rooms: ({ search }) => this.#rooms(search),
    room: async ({ roomId }) => {
      const owner = await this.#ownerOf(roomId);
      return (await this.#request(owner, DESK_CALLS.inspect, { roomId }, ASK_MS)) as never;
    },
    tickets: ({ queue }) => this.#deps.matchmaking.waiting(queue, MOST_ROWS),
    ticket: ({ ticketId, playerId }) =>
      this.#deps.matchmaking.explain(ticketId, { playerId, displayName: '' }),
    players: ({ search }) => this.#players(search),
    player: ({ playerId }) => this.#player(playerId),
    audit: async () => ({ entries: await this.#deps.audit.latest({ limit: MOST_ROWS }) }),
  };

  constructor(deps: RegionDeskDeps) {
    this.#deps = deps;
  }

  /** @throws {GameError} `ROOM_UNKNOWN`, `ROOM_RECOVERING`, `QUEUE_UNKNOWN`, `TICKET_UNKNOWN`, `NODE_UNREACHABLE`, `DIRECTORY_UNAVAILABLE`, … */
  async ask<Question extends OperatorQuestion>(question: Question): Promise<AnswerTo<Question>> {
    // The table's type says that each name has its answer; a union of functions cannot.
    const answer = this.#answers[question.question] as unknown as (
      asked: Question,
    ) => Promise<AnswerTo<Question>>;
    return await answer(question);
  }

  /** @throws {GameError} `BAD_REQUEST` for what a region cannot do; what `ask` throws; `NODE_UNKNOWN` */
  async act(action: OperatorAction): Promise<ActionResult> {
    const { operations } = this.#deps;
    switch (action.action) {
      case 'drain-node':
        return { done: drained(action.nodeId, await operations.drainNode(action.nodeId)) };
      case 'quarantine-node':
        await operations.quarantineNode(action.nodeId);
        return { done: `node ${action.nodeId} takes no new rooms and players` };
      case 'release-node':
        await operations.releaseNode(action.nodeId);
        return { done: `node ${action.nodeId} takes rooms and players again` };
      case 'close-region':
      case 'open-region':
      case 'shed-tickets':
      case 'take-tickets':
      case 'evacuate-region':
      case 'return-region':
        return await this.#order(action);
      case 'kick-client': {
        const { roomId, sessionId, reason } = action;
        await this.#atRoom(roomId, DESK_CALLS.kick, { roomId, sessionId, reason });
        return { done: `session ${sessionId} has lost its seat in ${roomId}` };
      }
      case 'move-room': {
        const { roomId, nodeId } = action;
        const moved = await this.#atRoom(roomId, DESK_CALLS.move, { roomId, nodeId });
        return { done: `room ${roomId} lives on node ${(moved as { nodeId: string }).nodeId}` };
      }
      case 'close-room': {
        const { roomId, reason } = action;
        const closed = await this.#atRoom(roomId, DESK_CALLS.close, { roomId, reason });
        const { players } = closed as { readonly players: number };
        return { done: `room ${roomId} is closed, ${players} players were told` };
      }
      case 'kick-player':
        return await this.#kickPlayer(action);
      case 'ban-player': {
        const { playerId, reason, untilMs } = action;
        await this.#deps.accounts.ban(playerId, { reason, untilMs });
        return { done: `player ${playerId} is banned${until({ playerId, reason, untilMs })}` };
      }
      case 'lift-ban':
        await this.#deps.accounts.liftBan(action.playerId);
        return { done: `player ${action.playerId} is not banned any more` };
      case 'sign-out-player':
        await this.#deps.accounts.signOutEverywhere(action.playerId);
        return { done: `player ${action.playerId} is signed out everywhere` };
      default:
        throw new GameError('BAD_REQUEST', { reason: `a node cannot ${action.action}` });
    }
  }

  /** @throws {GameError} `BAD_REQUEST`; {Error} when Redis does not answer */
  async #order({
    action,
    regionId,
  }: {
    readonly action: keyof typeof ORDERS;
    readonly regionId: string;
  }): Promise<ActionResult> {
    if (regionId !== this.#deps.regionId) {
      throw new GameError('BAD_REQUEST', { reason: `this node is not of region ${regionId}` });
    }
    const { orders } = this.#deps.operations;
    const { order, isGiven, done } = ORDERS[action];
    await (isGiven ? orders.give(order) : orders.takeBack(order));
    return { done: `region ${regionId} ${done}` };
  }

  async #rooms(search: string): Promise<RoomList> {
    const words = search.toLowerCase();
    const all = await this.#deps.directory.query({});
    const found = all.filter((room) => labelOf(room).includes(words));
    const rooms = found
      .sort((a, b) => b.clients - a.clients || a.roomId.localeCompare(b.roomId))
      .slice(0, MOST_ROWS)
      .map(roomRow);
    return { rooms, total: found.length };
  }

  /** @throws {GameError} `ROOM_UNKNOWN`, `ROOM_RECOVERING` */
  async #ownerOf(roomId: string): Promise<string> {
    const place = await this.#deps.directory.locate(roomId);
    if (place.kind === 'owned') return place.nodeId;
    if (place.kind === 'orphaned')
      throw new GameError('ROOM_RECOVERING', {}, { retryAfterMs: 500 });
    throw new GameError('ROOM_UNKNOWN', { roomId });
  }

  async #atRoom(roomId: string, method: string, payload: object): Promise<unknown> {
    return await this.#request(await this.#ownerOf(roomId), method, payload, ACT_MS);
  }

  #request(nodeId: string, method: string, payload: object, timeoutMs: number): Promise<unknown> {
    return this.#deps.calls.request(nodeId, method, payload, { timeoutMs });
  }

  async #kickPlayer(
    action: Extract<OperatorAction, { readonly action: 'kick-player' }>,
  ): Promise<ActionResult> {
    const { playerId, reason } = action;
    const { answers, silentNodes } = await this.#everywhere(DESK_CALLS.kickPlayer, {
      ...{ playerId, reason },
    });
    const seats = answers.reduce((sum: number, answer) => {
      return sum + (answer as { readonly seats: number }).seats;
    }, 0);
    const silent = silentNodes.length === 0 ? '' : `; ${silentNodes.join(', ')} did not answer`;
    return { done: `player ${playerId} has lost ${seats} seats${silent}` };
  }

  async #players(search: string): Promise<PlayerList> {
    const { found, silentNodes } = await this.#seats({ search });
    const online = byPlayer(found, this.#deps.regionId);
    const others = await this.#offline(search, new Set(online.map(({ playerId }) => playerId)));
    const players = [...online, ...others];
    return { players: players.slice(0, MOST_ROWS), total: players.length, silentNodes };
  }

  /** Who is not playing is found by his whole id, or by his username. */
  async #offline(search: string, known: ReadonlySet<string>): Promise<readonly PlayerRow[]> {
    if (search === '') return [];
    const { profiles } = this.#deps;
    // The store may be away: who plays is found all the same.
    const playerId = search.startsWith('p_')
      ? search
      : await profiles.findByUsername(search).catch(() => null);
    if (playerId === null || known.has(playerId)) return [];
    const profile = await profiles.readForDisplay(playerId).catch(() => null);
    return profile === null ? [] : [{ playerId, displayName: profile.displayName, seats: [] }];
  }

  async #player(playerId: string): Promise<PlayerView> {
    const { accounts, regionId } = this.#deps;
    const [seats, profile, providers] = await Promise.all([
      this.#seats({ playerId }),
      this.#profile(playerId),
      accounts
        .identities(playerId)
        .then(({ identities }) => identities.map(({ provider }) => provider))
        .catch(() => null),
    ]);
    return {
      ...{ playerId, ...profile, providers, silentNodes: seats.silentNodes },
      seats: seats.found.map(({ seat }) => ({ regionId, ...seat })),
    };
  }

  async #profile(playerId: string): Promise<Pick<PlayerView, 'profile' | 'profileProblem'>> {
    try {
      const profile = await this.#deps.profiles.readForDisplay(playerId);
      if (profile === null) return { profile: null, profileProblem: null };
      const { displayName, username, revision, createdAtMs, updatedAtMs } = profile;
      const view: PlayerProfileView = {
        ...{ displayName, username, revision, createdAtMs, updatedAtMs },
        statistics: few(profile.statistics),
        wallet: few(profile.wallet),
        inventory: few(profile.inventory),
      };
      return { profile: view, profileProblem: null };
    } catch (error) {
      const problem = error instanceof GameError ? error.message : 'The profile cannot be read.';
      return { profile: null, profileProblem: problem };
    }
  }

  async #seats(
    call: SeatsCall,
  ): Promise<{ readonly found: readonly FoundSeat[]; readonly silentNodes: readonly string[] }> {
    const { answers, silentNodes } = await this.#everywhere(DESK_CALLS.seats, call);
    return { found: answers.flatMap((answer) => answer as readonly FoundSeat[]), silentNodes };
  }

  /** Asks every node with rooms. */
  async #everywhere(
    method: string,
    payload: object,
  ): Promise<{ readonly answers: readonly unknown[]; readonly silentNodes: readonly string[] }> {
    const nodes = this.#deps.nodes().filter((node) => runsService(node, 'game'));
    const asked = await Promise.allSettled(
      nodes.map(({ nodeId }) => this.#request(nodeId, method, payload, ASK_MS)),
    );
    return {
      answers: asked.flatMap((it) => (it.status === 'fulfilled' ? [it.value] : [])),
      silentNodes: nodes
        .filter((_, at) => asked[at]?.status === 'rejected')
        .map(({ nodeId }) => nodeId),
    };
  }
}

function byPlayer(found: readonly FoundSeat[], regionId: string): readonly PlayerRow[] {
  const rows = new Map<string, PlayerRow>();
  for (const { playerId, displayName, seat } of found) {
    const seats = [...(rows.get(playerId)?.seats ?? []), { regionId, ...seat }];
    rows.set(playerId, { playerId, displayName, seats });
  }
  return [...rows.values()];
}

function labelOf({ roomId, name, metadata }: IRoomCache): string {
  const label = (metadata as { readonly label?: unknown } | undefined)?.label;
  return `${roomId}\n${name}\n${typeof label === 'string' ? label : ''}`.toLowerCase();
}

function few(figures: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(figures).slice(0, MOST_FIGURES));
}

function drained(nodeId: string, { movedRooms, keptRooms }: DrainResult): string {
  const kept = keptRooms === 0 ? '' : `, ${keptRooms} stay until they end`;
  return `node ${nodeId} drains: ${movedRooms} rooms moved${kept}`;
}

function until({ untilMs }: BanView): string {
  return untilMs === null ? ' for good' : ` until ${new Date(untilMs).toISOString()}`;
}
