import type { IRoomCache, MatchMakerDriver } from '@colyseus/core';

// Who owns which room in this region, and which rooms can be joined. Colyseus sees it as its matchmaker driver; failover and
// migration use the rest. Implementations: LocalRoomDirectory (one process), RedisRoomDirectory (a region).
//
//   insert ──▶ owned(node A, epoch 1) ──takeOver──▶ owned(node B, epoch 2) ──remove──▶ gone
//                    │ A is declared dead                    ▲
//                    ▼                                       │ epoch + 1
//                 orphaned ─────────── claim ────────────────┘   or ──▶ lost(reason), after too many nodes died of it

/** A room this node has just become the owner of. */
export interface RoomClaim {
  readonly roomId: string;
  readonly roomName: string;
  readonly epoch: number;
  /** How many nodes died while this room was on trial (just loaded). */
  readonly deaths: number;
  /** The listing as the last owner left it; `processId` and `publicAddress` are ours already. */
  readonly listing: IRoomCache;
}

export type LostReason =
  /** Its node died and the class keeps no journal. */
  | 'not-durable'
  /** The journal could not be read: torn, foreign, or cut off. */
  | 'journal-corrupt'
  /** Written by a build whose state this one does not know. */
  | 'schema-unknown'
  /** `onCreate` or `onRestore` of the game failed. */
  | 'restore-failed'
  /** It ended the node that loaded it too often. */
  | 'quarantined';

export type RoomPlace =
  | {
      readonly kind: 'owned';
      readonly nodeId: string;
      readonly epoch: number;
      readonly listing: IRoomCache;
    }
  | { readonly kind: 'orphaned' }
  | { readonly kind: 'lost'; readonly reason: LostReason }
  | { readonly kind: 'unknown' };

/** A place without what is played there. */
export type RoomWhereabouts =
  | Exclude<RoomPlace, { readonly kind: 'owned' }>
  | { readonly kind: 'owned'; readonly nodeId: string };

/** How long the turn to make a room lasts when its holder is not heard of again. */
export const TURN_MS = 1_500;

/** What the next step of a join is. */
export type JoinTarget =
  | { readonly kind: 'room'; readonly listing: IRoomCache }
  /** None is open, and this caller has the turn to make one. Call `createEnded` when it is made, or failed. */
  | { readonly kind: 'create'; readonly createEnded: () => Promise<void> }
  /** None is open, and somebody else makes one: ask again shortly. */
  | { readonly kind: 'wait' };

export interface RoomDirectory extends MatchMakerDriver {
  /** What rooms of that name are told apart by; before the first of them is made. */
  defineRoomType(roomName: string, filterBy: readonly string[]): void;

  /**
   * The room is this node's, epoch 1, when true. A room that was claimed, taken over or got its next epoch is inserted once
   * more, by the object that stands for it from now on, and keeps its epoch.
   *
   * @returns false when the id is taken, or the directory does not answer
   */
  insert(room: IRoomCache): Promise<boolean>;

  /**
   * Tells which rooms of this node keep a journal; others are `lost` when the node dies. Before `insert`, or after.
   */
  markDurable(roomId: string): Promise<void>;

  /** The epoch under which this node owns the room; undefined when it does not. Synchronous, from memory. */
  epochOf(roomId: string): number | undefined;

  /** A joinable room of that name and filter, or whose turn it is to make one. `exclude`: ids of nodes and rooms to leave out. */
  findOrCreate(
    roomName: string,
    filter: Readonly<Record<string, unknown>>,
    exclude?: ReadonlySet<string>,
  ): Promise<JoinTarget>;

  locate(roomId: string): Promise<RoomPlace>;

  /** Where many rooms are, in one question and without their listings. Every room that was asked for is in the answer. */
  whereAre(roomIds: readonly string[]): Promise<ReadonlyMap<string, RoomWhereabouts>>;

  /**
   * Takes up to `limit` orphans, epoch + 1, ours. Rooms that have ended nodes come last and in smaller batches, so that one
   * poisoned room does not take others with it.
   */
  claimOrphans(limit: number): Promise<readonly RoomClaim[]>;

  /** A claimed or transferred room is being loaded: should this node die now, the room is a suspect. */
  trialBegan(roomId: string): Promise<void>;
  /** It has run for a while: whatever ends this node later, the room is not to blame. */
  trialEnded(roomId: string): Promise<void>;
  /** The object that a claimed room was to become is not there after all; the next one speaks for the room. */
  revivalFailed(roomId: string): void;

  /**
   * Hands a room of this node to another one, epoch + 1. The caller calls it on the node that takes over.
   *
   * @returns null when the room is not `fromNodeId`'s under `epoch` any more
   */
  takeOver(room: {
    readonly roomId: string;
    readonly fromNodeId: string;
    readonly epoch: number;
  }): Promise<RoomClaim | null>;

  /** One epoch up without a change of node: a room that is restored in place. @returns null when it is not ours any more */
  nextEpoch(roomId: string): Promise<number | null>;

  /** Writes a room off; whoever asks for it hears the reason for an hour. Only the owner may. */
  markLost(roomId: string, reason: LostReason): Promise<void>;

  /**
   * After Redis came back, perhaps empty: writes this node's rooms again where nobody with a higher epoch owns them.
   *
   * @returns rooms that are ours no more
   */
  reassert(): Promise<readonly string[]>;

  /** A room turned out to be another's, or written off: this node must let go of it. */
  onDisowned(listener: (roomId: string) => void): void;

  /** Another node has taken the room over, as this one asked it to: sockets that come for it belong there from now on. */
  letGo(roomId: string): void;

  /** This node was told that it is dead: forgets its rooms without touching what others may own now. */
  forgetAll(): void;
}
