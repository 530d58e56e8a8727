// The operator's console and what it asks: one view of everything, and actions. Types only; the server parses actions with zod
// schemas that are checked against these.
//
//   page ── GET  /admin/v1/world ─────▶ WorldView          once a second
//   page ── POST /admin/v1/questions ─▶ an answer          with the header below (operator-questions.ts)
//   page ── POST /admin/v1/actions ───▶ ActionResult       with the header below
//
// Two servers speak it: the admin port of a node, which knows its own region, and `npm run cluster`, which knows five regions and
// their processes. What a server can do is in its `capabilities`.

import type { GeoPosition } from './regions.ts';

export const WORLD_PATH = '/admin/v1/world';
export const ACTIONS_PATH = '/admin/v1/actions';

/**
 * Every action carries it. A page of another site cannot add a header of its own without asking first, and is never allowed to.
 */
export const ACTION_HEADER = 'x-meridian-console';

/** The most bots a local world plays with. */
export const MOST_BOTS = 1_000;

/** Who may do what, each also what those before him may: a viewer looks, an operator runs, an admin may break things. */
export const OPERATOR_ROLES = ['viewer', 'operator', 'admin'] as const;
export type OperatorRole = (typeof OPERATOR_ROLES)[number];

/** What became of something that was asked for. */
export type AuditOutcome = 'done' | 'refused' | 'failed' | 'dry-run' | 'awaits-approval';

/** Who did what: one line of the audit log. */
export interface AuditEntry {
  /** Wall clock, ISO 8601. */
  readonly at: string;
  /** `operator:ada`, or the name of what acts by itself, such as `incident-bot`. */
  readonly actor: string;
  readonly role: OperatorRole | 'bot';
  /** What was asked for, such as `drain-node`. */
  readonly action: string;
  /** Of what: a node, a room, a player, a region. Empty: nothing in particular. */
  readonly target: string;
  readonly parameters?: Readonly<Record<string, string | number | boolean>>;
  readonly outcome: AuditOutcome;
  /** Why, of what was refused or has failed; of what was done, why it was asked for. */
  readonly reason?: string;
  readonly traceId?: string;
}

/** What an operator can do here. */
export type Capability =
  | 'drain-node'
  | 'quarantine-node'
  | 'close-region'
  | 'shed-tickets'
  | 'evacuate-region'
  | 'kick-client'
  | 'move-room'
  | 'close-room'
  | 'kick-player'
  | 'ban-player'
  | 'sign-out-player'
  | 'kill-node'
  | 'start-node'
  | 'cut-link'
  | 'black-hole'
  | 'bots';

/** One thing to do. `heal-…`, `release-node`, `open-region`, `take-tickets` and `return-region` undo what has its name, or stands before it. */
export type OperatorAction =
  /** No new rooms or players there; those it has stay. @param regionId - of the node; absent: the region of the server */
  | { readonly action: 'quarantine-node'; readonly nodeId: string; readonly regionId?: string }
  | { readonly action: 'release-node'; readonly nodeId: string; readonly regionId?: string }
  /** No new rooms in the region. */
  | { readonly action: 'close-region'; readonly regionId: string }
  | { readonly action: 'open-region'; readonly regionId: string }
  /** Its queues take no new tickets. */
  | { readonly action: 'shed-tickets'; readonly regionId: string }
  | { readonly action: 'take-tickets'; readonly regionId: string }
  /** It cuts itself off from the others, and its durable rooms go on in the nearest. */
  | { readonly action: 'evacuate-region'; readonly regionId: string }
  | { readonly action: 'return-region'; readonly regionId: string }
  /** @param regionId - of the node; absent: the region of the server */
  | { readonly action: 'drain-node'; readonly nodeId: string; readonly regionId?: string }
  | KickClient
  | MoveRoom
  | CloseRoom
  | KickPlayer
  | BanPlayer
  | { readonly action: 'lift-ban'; readonly playerId: string }
  /** Ends all his sign-ins, in every region. */
  | { readonly action: 'sign-out-player'; readonly playerId: string }
  | { readonly action: 'kill-node'; readonly nodeId: string }
  | { readonly action: 'start-node'; readonly regionId: string }
  | { readonly action: 'cut-link'; readonly between: readonly [string, string] }
  | { readonly action: 'heal-link'; readonly between: readonly [string, string] }
  | { readonly action: 'black-hole'; readonly regionId: string }
  | { readonly action: 'heal-region'; readonly regionId: string }
  /** How many shall play, 0–1000. */
  | { readonly action: 'bots'; readonly count: number };

/** Takes a client's seat. He reads the reason, and may join again. */
export interface KickClient {
  readonly action: 'kick-client';
  readonly regionId: string;
  readonly roomId: string;
  readonly sessionId: string;
  readonly reason: string;
}

/** Moves a room that keeps a journal to another node of its region, while it is played. */
export interface MoveRoom {
  readonly action: 'move-room';
  readonly regionId: string;
  readonly roomId: string;
  /** Null: wherever there is most to spare. */
  readonly nodeId: string | null;
}

/** Ends a room. Its players read the reason. */
export interface CloseRoom {
  readonly action: 'close-room';
  readonly regionId: string;
  readonly roomId: string;
  readonly reason: string;
}

/** Takes all seats of a player in a region. He reads the reason, and may join again. */
export interface KickPlayer {
  readonly action: 'kick-player';
  readonly regionId: string;
  readonly playerId: string;
  readonly reason: string;
}

/** Keeps a player out of every region. He reads the reason. */
export interface BanPlayer {
  readonly action: 'ban-player';
  readonly playerId: string;
  readonly reason: string;
  /** Wall clock, ms; null: for good. */
  readonly untilMs: number | null;
}

/** What each action takes at least. */
export const ROLE_OF_ACTION = {
  'drain-node': 'operator',
  'quarantine-node': 'operator',
  'release-node': 'operator',
  'kick-client': 'operator',
  'move-room': 'operator',
  'close-room': 'operator',
  'kick-player': 'operator',
  'ban-player': 'operator',
  'lift-ban': 'operator',
  'sign-out-player': 'operator',
  'start-node': 'operator',
  'heal-link': 'operator',
  'heal-region': 'operator',
  bots: 'operator',
  'shed-tickets': 'operator',
  'take-tickets': 'operator',
  'kill-node': 'admin',
  'close-region': 'admin',
  'open-region': 'admin',
  'evacuate-region': 'admin',
  'return-region': 'admin',
  'cut-link': 'admin',
  'black-hole': 'admin',
} as const satisfies Record<OperatorAction['action'], OperatorRole>;

/** What approving an action of the bot takes. What operators cannot do themselves, as adding nodes, is everybody's who runs the game. */
export function roleToApprove(action: string): OperatorRole {
  return Object.hasOwn(ROLE_OF_ACTION, action)
    ? ROLE_OF_ACTION[action as keyof typeof ROLE_OF_ACTION]
    : 'operator';
}

/** Whether who has one role may do what takes another. */
export function isAtLeast(role: OperatorRole, needed: OperatorRole): boolean {
  return OPERATOR_ROLES.indexOf(role) >= OPERATOR_ROLES.indexOf(needed);
}

/** `POST /admin/v1/actions` */
export interface ActionResult {
  /** What was done, for people. */
  readonly done: string;
}

/** A region as it reports itself; null figures: nobody knows. */
export interface WorldRegion {
  readonly regionId: string;
  readonly name: string;
  readonly position: GeoPosition | null;
  /** Whether it takes new rooms. */
  readonly isOpen: boolean | null;
  /** 0 idle, 1 full. */
  readonly loadRatio: number | null;
  readonly seats: number | null;
  readonly capacity: number | null;
  readonly builds: readonly string[];
  /** Nobody hears of it. */
  readonly isUnreachable: boolean;
  /** Of the report above, ms, as far as clocks of regions agree. */
  readonly reportAgeMs: number | null;
  /** What an operator, or the incident bot, has said that holds until it is taken back; null: nobody here knows. */
  readonly orders: readonly ('close' | 'shed-tickets' | 'evacuate')[] | null;
  /** An operator lets nothing in or out. */
  readonly isBlackHole: boolean;
}

/** Where players live. */
export interface WorldPlace {
  readonly placeId: string;
  readonly name: string;
  readonly position: GeoPosition;
  readonly players: number;
}

/** Players of one place in one region. */
export interface WorldRoute {
  readonly placeId: string;
  readonly regionId: string;
  readonly players: number;
  /** Mean of what they measured last, ms; null: nobody has yet. */
  readonly rttMs: number | null;
}

/** One direction of a link between regions, as `from` sees it. */
export interface WorldLink {
  readonly from: string;
  readonly to: string;
  readonly state: 'linked' | 'lagging' | 'cut';
  /** Age of the oldest message that `to` has not confirmed, ms. */
  readonly lagMs: number;
  readonly lagEntries: number;
  /** An operator has cut it. */
  readonly isCut: boolean;
}

export interface WorldNode {
  readonly nodeId: string;
  readonly regionId: string;
  /** For people; null: the id is all there is. */
  readonly name: string | null;
  /** `host:port` */
  readonly address: string;
  readonly build: string;
  /** `gone`: its process has ended, and its region does not know yet. */
  readonly state: 'up' | 'quarantined' | 'draining' | 'gone';
  /** Wall clock, ms since the Unix epoch. */
  readonly startedAtMs: number;
  readonly rooms: number;
  readonly seats: number;
  /** The larger of the steps' and the processor's use, 0–1. */
  readonly busyRatio: number;
  /** p99 of the last seconds, ms. */
  readonly loopLagMs: number;
}

/** All rooms of one name in one region. */
export interface WorldRooms {
  readonly regionId: string;
  readonly roomName: string;
  readonly rooms: number;
  readonly players: number;
  /** Null: nobody has been measured yet. */
  readonly links: WorldLinkQuality | null;
}

/** How the links of players are, as their nodes measure them. */
export interface WorldLinkQuality {
  /** Median of the players' round trips, ms; of several nodes the mean of theirs, by players. */
  readonly rttP50Ms: number;
  /** 95th percentile, ms; of several nodes the worst. */
  readonly rttP95Ms: number;
  /** Players at each quality level, the best first. */
  readonly levels: readonly number[];
  readonly sentBytesPerPlayerPerSecond: number;
}

/** A matchmaking queue of one region. */
export interface WorldQueue {
  readonly regionId: string;
  readonly queue: string;
  /** Tickets that wait. */
  readonly waiting: number;
  /** Of the oldest of them, ms. */
  readonly oldestWaitMs: number | null;
}

export interface WorldBots {
  readonly wanted: number;
  readonly playing: number;
  /** Not in a room now: they join, or look for theirs. */
  readonly searching: number;
}

/** `GET /admin/v1/world` */
export interface WorldView {
  /** Wall clock of the server, ms since the Unix epoch. */
  readonly atMs: number;
  /** Of the node that answers; null: the server stands outside of all regions. */
  readonly ownRegionId: string | null;
  readonly capabilities: readonly Capability[];
  readonly regions: readonly WorldRegion[];
  readonly places: readonly WorldPlace[];
  readonly routes: readonly WorldRoute[];
  readonly links: readonly WorldLink[];
  readonly nodes: readonly WorldNode[];
  /** Null: the directory of rooms does not answer. */
  readonly rooms: readonly WorldRooms[] | null;
  readonly queues: readonly WorldQueue[];
  /** Null: there are none here. */
  readonly bots: WorldBots | null;
}
