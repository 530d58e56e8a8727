// What other features may know of matchmaking; src/app hands them the objects.

import type { PlayerIdentity } from '../auth/contract.ts';
import type {
  PartyBody,
  PartyEntry,
  PartyJoinRequest,
  TicketBody,
  TicketExplanation,
  TicketRequest,
} from '../protocol/matchmaking.ts';
import type { TicketList } from '../protocol/operator-questions.ts';
import type { PushSocket } from '../transport/ws/push-socket.ts';
import type { BackfillTeam } from './pool/backfill-request.ts';
import type { MatchHooks } from './pool/match.ts';
import type { RuleSet } from './pool/rule-set.ts';
import type { Skill } from './pool/ticket.ts';

export type { BackfillTeam } from './pool/backfill-request.ts';
export type { MatchHooks, ProposedMatch } from './pool/match.ts';
export type { RuleSet, RuleSetInput } from './pool/rule-set.ts';

/** A queue of a game: who is matched how, and for which room. */
export interface QueueDefinition {
  /** Name of the room, among the game's `rooms`, that is made for each match. */
  readonly room: string;
  /** As `parseRuleSet`, `actionRules` or `turnBasedRules` make them. */
  readonly rules: RuleSet;
  readonly hooks?: MatchHooks;
}

export interface MatchedPlayer {
  readonly playerId: string;
  readonly displayName: string;
  /** Null: the queue has no roles. */
  readonly role: string | null;
  /** What was believed of him when he was matched. */
  readonly rating: Skill;
  /** Region whose queue he entered; it keeps his rating. */
  readonly homeRegionId: string;
  /** Players he will not meet; who comes later is chosen by it. Absent: none. */
  readonly avoids?: readonly string[];
}

/** Who left a match, and another has his place. */
export interface ReplacedPlayer {
  readonly player: MatchedPlayer;
  /** From 0. */
  readonly team: number;
  /** Of his team's `players`, from 0. */
  readonly place: number;
}

/** What a room is made for. */
export interface MatchInfo {
  readonly matchId: string;
  readonly queue: string;
  /** Who has each place, or had it last. */
  readonly teams: readonly { readonly players: readonly MatchedPlayer[] }[];
  /** Those who had places before, in the order in which others came for them. Absent: nobody. */
  readonly replaced?: readonly ReplacedPlayer[];
}

/** What rooms may tell matchmaking. */
export interface MatchResults {
  /**
   * Rates the players of a match by its result, each in his home region. Counted once for each player, however often it is told. Who was
   * replaced is rated as if he had kept his place to the end.
   *
   * @param ranks - place of each team of the match, the smallest is the best; equal ones are a tie
   * @throws {GameError} `BAD_REQUEST` for a result that cannot be; `DIRECTORY_UNAVAILABLE`, `STORE_UNAVAILABLE`, `SERVICE_UNAVAILABLE`:
   *   some may not be rated yet, and it may be told again
   */
  report(match: MatchInfo, ranks: readonly number[]): Promise<void>;
}

/** What a running room lacks. */
export interface BackfillNeed {
  readonly roomId: string;
  readonly queue: string;
  /** As many as the match has. */
  readonly teams: readonly BackfillTeam[];
  /** Players who have left the match: they do not come back into it. */
  readonly left: readonly string[];
  /** For how long it has been lacking players, ms; a duration, for clocks differ. */
  readonly waitedMs: number;
}

/** Whether the queue looks for the players; a reason is one of its pool (`backfill-disabled`, `teams-do-not-fit`, …). */
export type BackfillAnswer =
  | { readonly kind: 'searching' }
  /** The node that was asked does not match the queue, or no longer. */
  | { readonly kind: 'elsewhere' }
  | { readonly kind: 'refused'; readonly reason: string };

/** How rooms ask for players. They come with seats that the room is asked for. */
export interface MatchBackfills {
  /**
   * Asks the node that matches the queue, for six seconds: who still lacks players then has asked again. Asking again replaces what was
   * asked before.
   *
   * @throws {GameError} `NODE_UNREACHABLE`, `DIRECTORY_UNAVAILABLE`
   */
  ask(need: BackfillNeed): Promise<BackfillAnswer>;

  /** @throws {GameError} as `ask` */
  withdraw(room: Pick<BackfillNeed, 'roomId' | 'queue'>): Promise<void>;
}

/** How a queue is doing in this region. */
export interface QueueStatus {
  readonly queue: string;
  /** Tickets of this region that wait. */
  readonly waiting: number;
  /** Tickets of other regions that may be matched here. */
  readonly visiting: number;
  /** Tickets of this region whose match is found, and whose room is being made or waits for that. */
  readonly beingMade: number;
  /** Tickets matched per second in the last two, here. */
  readonly ticketsPerSecond: number;
  /** Players matched in the last minute. */
  readonly matchedPerMinute: number;
  /** Median of the last waits, ms; null while there were none. */
  readonly medianWaitMs: number | null;
  /** How long the ticket that waits longest has been waiting, ms. */
  readonly oldestWaitMs: number;
}

/** For operators. */
export interface QueueOverview {
  /** All queues, from the nodes that match them; one whose node does not answer is left out. */
  statuses(): Promise<readonly QueueStatus[]>;
  /**
   * Tickets of this region that wait in a queue, the oldest first.
   *
   * @param limit - the most that is told; `total` counts all
   * @throws {GameError} `QUEUE_UNKNOWN`, `DIRECTORY_UNAVAILABLE`
   */
  waiting(queue: string, limit: number): Promise<TicketList>;
}

/** Where a player is told what has changed. */
export type PlayerSocket = Pick<PushSocket, 'push' | 'onClose'>;

/** What a player loses who is not welcome any more. */
export interface Eviction {
  readonly playerId: string;
  /** Tickets that were entered until then, by the region's wall clock, ms; null: all, also those of requests that are under way. */
  readonly ticketsUntilMs: number | null;
  /** Whether he leaves his party, too: it would wait for him. */
  readonly leavesParty: boolean;
}

/**
 * Matchmaking as the nodes that have players use it: in their own process, or in one that does nothing else (client.ts). Everything may
 * reject with `DIRECTORY_UNAVAILABLE`, and with `SERVICE_UNAVAILABLE` where it runs elsewhere.
 */
export interface Matchmaking extends QueueOverview {
  readonly results: MatchResults;
  readonly backfills: MatchBackfills;
  /**
   * Enters a player, or the party he leads, into a queue.
   *
   * @throws {GameError} `QUEUE_UNKNOWN`, `LATENCY_INVALID`, `TICKET_REFUSED`, `TICKET_EXISTS`, `PARTY_NOT_LEADER`, `BAD_REQUEST`,
   *   `STORE_UNAVAILABLE`; `QUEUE_FULL`, with `details.ticketsPerSecond` when more come than get rooms
   */
  enter(queue: string, request: TicketRequest, player: PlayerIdentity): Promise<TicketBody>;
  /** A ticket of the player's. @throws {GameError} `TICKET_UNKNOWN` */
  ticket(ticketId: string, player: PlayerIdentity): Promise<TicketBody>;
  /** @throws {GameError} `TICKET_UNKNOWN`, also when it does not wait any more; `NODE_UNREACHABLE` */
  explain(ticketId: string, player: PlayerIdentity): Promise<TicketExplanation>;
  /** One that has ended stays as it is. @throws {GameError} `TICKET_UNKNOWN`, `TICKET_CLAIMED` */
  cancel(ticketId: string, player: PlayerIdentity): Promise<void>;
  /** @throws {GameError} `PARTY_EXISTS`, `LATENCY_INVALID`, `BAD_REQUEST` */
  createParty(entry: PartyEntry, player: PlayerIdentity): Promise<PartyBody>;
  /** @throws {GameError} as `createParty`; `PARTY_UNKNOWN`, `PARTY_FULL` */
  joinParty(request: PartyJoinRequest, player: PlayerIdentity): Promise<PartyBody>;
  /** @throws {GameError} `PARTY_UNKNOWN` */
  leaveParty(player: PlayerIdentity): Promise<void>;
  /** Tells a player what he has, then what changes (`MatchmakingPush`), until the socket closes. */
  watch(playerId: string, socket: PlayerSocket): Promise<void>;
  /** Whether players can be matched now. @throws {GameError} when they cannot */
  ping(): Promise<void>;
}
