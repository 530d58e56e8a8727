import { type Client, type Room as ColyseusRoom, Protocol } from '@colyseus/core';
import type { NodeLease } from '../../cluster/node-lease.ts';
import type { RoomDirectory } from '../../cluster/room-directory.ts';
import type { RoomsConfig } from '../../config/play-config.ts';
import { GameError } from '../../errors/game-error.ts';
import { CloseCode } from '../../protocol/close-codes.ts';
import { type MovedTo, movedReason } from '../../protocol/moved.ts';
import { encodeResumeSection } from '../../protocol/resume.ts';
import { within } from '../../shared/within.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { MeridianClient } from '../../transport/ws/meridian-client.ts';
import type { Durability, WhenIsolated } from '../durability.ts';
import type { RestoreCounts } from '../failover/restore-counts.ts';
import type { Revival, RevivalClaim, Revivals } from '../failover/revival.ts';
import { RevivalError } from '../failover/revival-error.ts';
import { type ClientInternals, internals } from '../guards/room-internals.ts';
import type { JournalEntry } from '../journal/journal-entry.ts';
import type { ListingRecord } from '../journal/journal-meta.ts';
import type { RoomJournal } from '../journal/room-journal.ts';
import { RoomRecorder } from '../journal/room-recorder.ts';
import type { RoomStateKeeper } from '../journal/room-state-keeper.ts';
import { SeatLedger } from '../journal/seat-ledger.ts';
import type { MovableRoom } from '../migration/room-mover.ts';
import { RoomTimers } from '../timers/room-timers.ts';
import { FrameShelf } from './frame-shelf.ts';
import { HAS_LEFT, holdSeats } from './held-seats.ts';
import { clearSeatTimeouts, releaseRoom } from './release-room.ts';

// What makes a room outlive its process: the part of every room that knows who owns it, keeps its journal, and hands it over.
//
//   made ──begin──▶ live ──freeze──▶ frozen ──thaw──▶ live
//   made ──revive (onCreate, state, onRestore)──▶ live      └──release──▶ released: lives elsewhere
//
// While the node's lease is not held a room is frozen too: no step, no message, no patch.

/** Whether a room may have gone to another region, when this one could not be heard. */
export interface RoomIsolation {
  /** Called before every step. */
  mayPlay(roomId: string): boolean;
  /** A room is new here: nobody else knows it. */
  began(roomId: string): void;
  ended(roomId: string): void;
}

/** What the node gives every room for this. */
export interface SurvivalServices {
  readonly lease: NodeLease;
  /** Null: no region takes this one's rooms. */
  readonly isolation: RoomIsolation | null;
  readonly directory: RoomDirectory;
  readonly journal: RoomJournal;
  readonly revivals: Revivals;
  /** Outlives the instances of a room. */
  readonly restores: RestoreCounts;
  /** Makes the room anew from its journal, here, after `release`. */
  readonly restoreInPlace: (room: Pick<RevivalClaim, 'roomId' | 'roomName' | 'handled'>) => void;
  readonly processId: () => string;
  readonly publicAddress: () => string | null;
  readonly metrics: SurvivalMetrics;
}

export interface SurvivalMetrics {
  journalWritten(room: string, kind: JournalEntry['kind'], bytes: number): void;
  roomFrozen(room: string, reason: 'move' | 'ownership-lost' | 'restore'): void;
}

/** The room's own side. */
export interface SurvivalHost {
  readonly room: ColyseusRoom & {
    readonly durability: Durability;
    readonly whenIsolated: WhenIsolated;
    onCheckpoint?(): unknown;
    onRestore?(data: unknown): void | Promise<void>;
    onRelease?(): void;
  };
  readonly state: RoomStateKeeper;
  readonly config: RoomsConfig;
  readonly log: () => Logger;
  readonly services: SurvivalServices;
  stopLoop(): void;
  wake(): void;
  /** What a client is told of how its inputs may come, as a section of the JOIN frame. */
  inputSection(): Uint8Array;
  /** Whether the last step went through. */
  isSound(): boolean;
  /** Sends what has been done to the clients, and to the journal. */
  flush(): void;
  /** A frame that was put aside. @param arrivedAtMs - `performance.now()` of then: limits count it there */
  read(client: ClientInternals, frame: Buffer, arrivedAtMs: number): void;
}

type Phase = 'making' | 'live' | 'frozen' | 'released';

/** As many messages as the client SDK keeps to send again. */
const REPEAT_CREDIT = 256;
/** Time in which it is whole again, or coming and going would be a way around the limits. */
const REPEAT_CREDIT_EVERY_MS = 10_000;
/** Joins under way when a room is about to move have this long to end; later ones are closed, and come back. */
const JOINS_END_MS = 1_000;
/** A client may say anything, and what it says is written down. */
const LONGEST_WORD = 64;
/** Who could not take his seat while nobody ran the room has this long at least: a client's try to connect, and the pause before it. */
const LEAST_RESERVED_S = 5;
/** Restores in place that count together; a room that fails once more is given up. */
const MOST_RESTORES = 3;

export class RoomSurvival implements MovableRoom {
  readonly ledger = new SeatLedger();
  readonly timers: RoomTimers;
  readonly #host: SurvivalHost;
  readonly #shelf = new FrameShelf<ClientInternals>();
  /** Clients that Colyseus and the metrics count: those who joined and have not left, away or not. */
  readonly #counted = new Map<string, Client>();
  /** Clients on their way in with the reconnection tokens they came with, and the joins among them that have begun. */
  readonly #arriving = new Map<ClientInternals, string | undefined>();
  readonly #joins = new Set<Promise<void>>();
  /** Ends when the room, frozen to move, goes on or goes away. */
  #standstill: PromiseWithResolvers<void> | undefined;
  /** What waits for the room to go on: players who left while it stood still. */
  readonly #deferred: { readonly run: () => void; readonly leaver: string | null }[] = [];
  readonly #creditAtMs = new Map<string, number>();
  #phase: Phase = 'making';
  #epoch = 1;
  #recorder: RoomRecorder | undefined;
  #isRestored = false;
  #createdWith: unknown = {};
  /** Of players who were in the room when it was lost: counted when it is made. */
  #awaited: readonly Client[] = [];
  #endRevival: () => void = () => {};

  constructor(host: SurvivalHost) {
    this.#host = host;
    this.timers = new RoomTimers(
      () => host.room.clock.elapsedTime,
      () => host.wake(),
    );
  }

  get roomId(): string {
    return this.#host.room.roomId;
  }

  get isRestored(): boolean {
    return this.#isRestored;
  }

  /** Whether it is being made from its journal in this moment. */
  get isComingBack(): boolean {
    return this.#isRestored && this.#phase === 'making';
  }

  get isDurable(): boolean {
    return this.#recorder !== undefined;
  }

  /** Whether the room stands still: it is being made or moved, or this node may not be its owner any more. */
  get isFrozen(): boolean {
    return this.#phase !== 'live' || !this.isOurs;
  }

  /** Whether no other node, and no other region, can have taken the room. */
  get isOurs(): boolean {
    const { lease, isolation } = this.#host.services;
    if (!lease.isHeld()) return false;
    return isolation === null || !this.isEvacuable || isolation.mayPlay(this.roomId);
  }

  /** Whether it goes to another region when this one is lost. */
  get isEvacuable(): boolean {
    return this.#recorder !== undefined && this.#host.room.whenIsolated === 'move';
  }

  /** Whether it could be moved now: it keeps a journal, and is neither being made nor on its way. */
  get isMovable(): boolean {
    return this.#recorder !== undefined && this.#phase === 'live';
  }

  /** Whether it is on its way elsewhere, and may yet stay. */
  get isMoving(): boolean {
    return this.#standstill !== undefined;
  }

  get isReleased(): boolean {
    return this.#phase === 'released';
  }

  /** Those who keep their seats and are not connected, as the clients they were. */
  *away(): Generator<Client> {
    const { clients } = this.#host.room;
    for (const client of [...this.#counted.values(), ...this.#awaited]) {
      if (clients.getById(client.sessionId) === undefined) yield client;
    }
  }

  /** Before `onCreate`: puts the revival, when there is one, behind it. */
  prepare(): void {
    const { room, services } = this.#host;
    const revival = services.revivals.take(room.roomId);
    this.#isRestored = revival !== undefined;
    const { onCreate } = room;
    room.onCreate = async (options: unknown) => {
      this.#createdWith = revival?.snapshot.options ?? options;
      if (revival === undefined) {
        await onCreate?.call(room, options);
        return;
      }
      this.#guardRevival();
      try {
        await onCreate?.call(room, options);
        await this.#revive(revival);
      } catch (error) {
        // Colyseus passes on the words only.
        revival.failed(error);
        throw error;
      }
    };
  }

  /** The room is in the directory and may be joined. */
  begin(): void {
    if (this.#phase === 'released') {
      // Another node took it in the very moment it was made.
      this.#releaseRoom('This room lives on another node now.');
      return;
    }
    if (this.#phase !== 'making') return;
    this.#phase = 'live';
    if (this.#isRestored) {
      this.#endRevival();
      for (const client of this.#awaited) internals(this.#host.room)._events.emit('join', client);
      this.#awaited = [];
      return;
    }
    const { room, services } = this.#host;
    if (room.durability === 'none') return;
    this.#epoch = services.directory.epochOf(room.roomId) ?? 1;
    services.isolation?.began(room.roomId);
    const obstacle = this.#host.state.obstacle();
    if (obstacle !== null) {
      this.#host.log().error({ durability: room.durability }, obstacle);
      return;
    }
    // Nobody is here yet: what onCreate changed is in the checkpoint, and need not be in a patch.
    this.#host.flush();
    this.#openRecorder();
    this.#recorder?.checkpoint();
    services.directory.markDurable(room.roomId).catch((error: unknown) => {
      this.#host.log().warn({ err: error }, 'the directory was not told that this room is durable');
    });
  }

  /** Runs due timers. @param fault - takes what a handler throws */
  tick(fault: (error: unknown) => void): void {
    this.timers.tick(fault);
    for (const { run } of this.#deferred.splice(0)) run();
    if (this.#shelf.isEmpty) return;
    this.#shelf.drain((client, frame, arrivedAtMs) => this.#host.read(client, frame, arrivedAtMs));
  }

  /** Whether a frame that comes now has to wait: the room stands still, or what came before it waits too. */
  get putsAside(): boolean {
    return this.isFrozen || !this.#shelf.isEmpty;
  }

  /** Whether a live room is not to be touched: it moves, or this node may not be its owner. */
  get standsStill(): boolean {
    if (this.#phase === 'frozen') return true;
    return this.#phase === 'live' && !this.isOurs;
  }

  /**
   * Does it when the room goes on. If it goes on elsewhere, the seat is held there, and this never happens.
   *
   * @param leaver - session of one who left for good: there his seat is not held for long
   */
  later(run: () => Promise<unknown>, leaver: string | null): Promise<unknown> {
    this.#host.wake();
    return new Promise((resolve, reject) => {
      this.#deferred.push({ run: () => void run().then(resolve, reject), leaver });
    });
  }

  /** Of players who left for good while the room was on its way here. */
  endSeats(sessionIds: readonly string[]): void {
    const { _reconnections: held, _reservedSeatTimeouts: timeouts } = internals(this.#host.room);
    for (const [sessionId, waiting] of Object.values(held)) {
      if (!sessionIds.includes(sessionId)) continue;
      clearTimeout(timeouts[sessionId]);
      waiting.reject(HAS_LEFT);
    }
  }

  /** Keeps a frame that came while the room stands still. */
  putAside(client: ClientInternals, frame: Buffer): void {
    if (this.#phase === 'released') return;
    if (!this.#shelf.keep(client, frame, performance.now()) && client instanceof MeridianClient) {
      // Nothing of it may be read any more: it will send again from here.
      client.ref.removeAllListeners('message');
      client.evict(CloseCode.MAY_TRY_RECONNECT, 'The room stands still; come back.');
    }
    this.#host.wake();
  }

  /**
   * Lets a client in. While the room is on its way elsewhere, newcomers wait for how that ends.
   *
   * @param token - the reconnection token he comes with; of a newcomer the word by which he comes back if his welcome is lost
   * @throws {GameError} `ROOM_RECOVERING` when it is gone from here
   */
  async join(
    client: ClientInternals,
    token: string | undefined,
    run: () => Promise<void>,
  ): Promise<void> {
    this.#arriving.set(client, token);
    try {
      if (this.#standstill !== undefined) await this.stillHere();
      this.#watchJoin(client);
      const joining = run();
      const ended = joining.catch(() => undefined);
      this.#joins.add(ended);
      void ended.then(() => this.#joins.delete(ended));
      await joining;
    } finally {
      this.#arriving.delete(client);
    }
  }

  /** @throws {GameError} `LEASE_LOST`, `ROOM_RECOVERING` when this node cannot promise a seat */
  async mayReserve(): Promise<void> {
    if (!this.isOurs) throw new GameError('LEASE_LOST');
    await this.stillHere();
  }

  /** @throws {GameError} `ROOM_RECOVERING` when the room, once it does not move any more, is gone from here */
  async stillHere(): Promise<void> {
    await this.#standstill?.promise;
    if (this.#phase === 'released')
      throw new GameError('ROOM_RECOVERING', {}, { retryAfterMs: 100 });
  }

  /** Its seat is written down, and it is told where it stands, as it gets its token. */
  #watchJoin(client: ClientInternals): void {
    if (!(client instanceof MeridianClient)) return;
    client.completeJoinFrame = (frame) => {
      this.#takeSeat(client);
      this.#recorder?.seatsChanged();
      const section = encodeResumeSection({
        epoch: this.#epoch,
        ...this.ledger.processedOf(client.sessionId),
      });
      return Buffer.concat([frame, this.#host.inputSection(), section]);
    };
  }

  /** A newcomer who came with a word of his own holds that, until he is known to hold his token: as who comes back holds the earlier one. */
  #takeSeat(client: ClientInternals): void {
    const isNew = !this.ledger.has(client.sessionId);
    const word = this.#arriving.get(client);
    this.ledger.take(client);
    if (isNew && word !== undefined && word.length <= LONGEST_WORD) {
      this.ledger.comesBack(client, word);
    }
  }

  /** A player got his seat back, and his new token is on its way. */
  comesBack(client: ClientInternals): void {
    const token = this.#arriving.get(client);
    if (token === undefined || this.#phase === 'released') return;
    this.ledger.comesBack(client, token);
    this.#recorder?.seatsChanged();
  }

  /** A client has its token, and says so. */
  answered(client: ClientInternals): void {
    if (!this.ledger.isUnanswered(client)) return;
    this.ledger.answered(client);
    this.#recorder?.seatsChanged();
  }

  connectionEnded(client: ClientInternals): void {
    this.ledger.connectionEnded(client);
  }

  /** The game, or a revival, keeps the seat of a player who is away. */
  seatHeld(client: Client, seconds: number): void {
    if (this.#phase === 'released' || !this.ledger.has(client.sessionId)) return;
    this.ledger.hold(client.sessionId, this.#host.services.lease.clusterNowMs() + seconds * 1_000);
    this.#recorder?.seatsChanged();
  }

  joined(client: Client): void {
    this.#counted.set(client.sessionId, client);
  }

  seatFreed(client: Client): void {
    if (this.#phase === 'released') return;
    this.#counted.delete(client.sessionId);
    this.#creditAtMs.delete(client.sessionId);
    this.ledger.free(client.sessionId);
    this.#recorder?.seatsChanged();
  }

  /** An option that the room is made with when it comes back, instead of the one it was made with. */
  remember(name: string, value: unknown): void {
    this.#createdWith = { ...Object(this.#createdWith), [name]: value };
    if (this.#phase === 'released') return;
    this.#recorder?.optionsChanged(this.#createdWith);
  }

  seatReserved(sessionId: string, options: unknown, auth: unknown, seconds: number): void {
    if (this.#host.room.durability === 'none') return;
    const untilMs = this.#host.services.lease.clusterNowMs() + seconds * 1_000;
    this.ledger.reserve({ sessionId, options: options ?? null, auth, untilMs });
    this.#recorder?.seatsChanged();
  }

  /** Frames a client may send at once on top of its rate: who comes back sends again what was lost. */
  repeatCredit(sessionId: string): number {
    if (!this.ledger.isReturning(sessionId)) return 0;
    const nowMs = performance.now();
    const sinceMs = nowMs - (this.#creditAtMs.get(sessionId) ?? Number.NEGATIVE_INFINITY);
    this.#creditAtMs.set(sessionId, nowMs);
    return Math.floor(REPEAT_CREDIT * Math.min(1, sinceMs / REPEAT_CREDIT_EVERY_MS));
  }

  countFrame(client: ClientInternals, frame: Uint8Array): void {
    const code = frame[0];
    if (code === Protocol.ROOM_DATA || code === Protocol.ROOM_DATA_BYTES) {
      this.ledger.countMessage(client.sessionId);
    }
  }

  freeze(): void {
    if (this.#phase !== 'live') return;
    this.#host.flush();
    this.#phase = 'frozen';
    this.#standstill = Promise.withResolvers();
    this.#host.services.metrics.roomFrozen(this.#host.room.roomName, 'move');
  }

  thaw(epoch = this.#epoch): void {
    if (this.#phase !== 'frozen') return;
    this.#phase = 'live';
    if (epoch !== this.#epoch) this.#goOnUnder(epoch);
    this.#endStandstill();
    this.#host.wake();
  }

  /** The room is this node's again, or under another epoch: everybody has to hear of it from this object. */
  #goOnUnder(epoch: number): void {
    const { room, services, log } = this.#host;
    this.#epoch = epoch;
    this.#recorder?.close();
    // What happened while it stood still is in the checkpoint, and need not be in a patch after it.
    this.#host.flush();
    this.#openRecorder();
    this.#recorder?.checkpoint();
    services.directory.insert(internals(room)._listing).catch((error: unknown) => {
      log().warn({ err: error }, 'the directory was not told that this room stayed');
    });
  }

  #endStandstill(): void {
    this.#standstill?.resolve();
    this.#standstill = undefined;
  }

  async storeLastCheckpoint(): Promise<void> {
    // Who is half way in gets his seat, and takes it along.
    await within(Promise.all(this.#joins), JOINS_END_MS);
    if (this.isOurs) this.#host.flush();
    const recorder = this.#recorder;
    if (recorder === undefined || !recorder.checkpoint()) {
      throw new RevivalError('The room cannot be written down.', { reason: 'not-durable' });
    }
    await recorder.settled();
  }

  release(to: MovedTo): readonly string[] {
    const leavers = new Set(this.#deferred.flatMap(({ leaver }) => leaver ?? []));
    for (const { sessionId } of this.#shelf.sendersOf(asksToLeave)) leavers.add(sessionId);
    this.#leaveTo(movedReason(to));
    return [...leavers];
  }

  /** Another node owns the room, or will: players ask where it is. */
  abandon(reason: string): void {
    this.#leaveTo(reason);
  }

  /** The node may not be the owner any more: who is in a durable room looks for it; if it goes on here, they are back in time or leave then. */
  sendPlayersAway(reason: string): void {
    if (this.#recorder === undefined || this.#phase !== 'live') return;
    for (const client of this.#host.room.clients) {
      if (client instanceof MeridianClient) client.evict(CloseCode.MAY_TRY_RECONNECT, reason);
    }
  }

  /** The process ends and nobody can take the room now: it is written down, and waits for the next node. */
  async leaveBehind(): Promise<void> {
    this.freeze();
    try {
      await this.storeLastCheckpoint();
    } catch (error) {
      this.#host
        .log()
        .warn({ err: error }, 'the last checkpoint was not stored; the one before is');
    }
    this.abandon('The server restarts.');
  }

  /** A journal expires; a room in which nothing happens writes one now and then all the same. */
  keepJournal(): void {
    if (this.#recorder === undefined || this.#phase !== 'live') return;
    if (this.isFrozen) {
      this.#recorder.renew();
      return;
    }
    this.#host.flush();
    this.#recorder.checkpoint();
  }

  /** The journal has a gap: the next flush writes the whole room. */
  renewJournal(): void {
    this.#recorder?.renew();
  }

  /** Whatever is wrong is not in the journal: makes the room anew from its last whole state. @returns whether that can be */
  restoreInPlace(): boolean {
    if (this.#recorder === undefined || this.#phase !== 'live') return false;
    const { services, room } = this.#host;
    const { roomId, roomName } = room;
    const times = services.restores.add(roomId);
    if (times > MOST_RESTORES) return false;
    // It failed again: what is repeated to it may be the reason, and is left out.
    const handled = times > 1 ? this.ledger.processed() : undefined;
    services.metrics.roomFrozen(roomName, 'restore');
    this.release({ processId: services.processId(), publicAddress: services.publicAddress() });
    services.restoreInPlace({ roomId, roomName, ...(handled && { handled }) });
    return true;
  }

  /** The room ended. */
  ended(): void {
    const isOver = this.#phase === 'live' || this.#phase === 'frozen';
    const isDurable = this.#recorder !== undefined;
    this.#phase = 'released';
    this.#endStandstill();
    this.#recorder?.close();
    // Of a room that could not be made, the journal is all there is.
    if (!isOver || !isDurable) return;
    const { roomId } = this;
    this.#host.services.isolation?.ended(roomId);
    this.#host.services.journal.forget({ roomId, epoch: this.#epoch }).catch((error: unknown) => {
      this.#host.log().debug({ err: error }, 'the journal of an ended room expires by itself');
    });
  }

  /** Until the room lives, its end is no end to the game, and seats that it holds are held elsewhere or nowhere. */
  #guardRevival(): void {
    const { room } = this.#host;
    const { onDispose } = room;
    const events = internals(room)._events;
    room.onDispose = () => room.onRelease?.();
    const forgetSeats = () => clearSeatTimeouts(room);
    events.once('dispose', forgetSeats);
    this.#endRevival = () => {
      // Undefined as before, not deleted: a deleted property turns the room into a hash table for V8.
      Object.assign(room, { onDispose });
      events.off('dispose', forgetSeats);
    };
  }

  async #revive({ claim, snapshot, entries }: Revival): Promise<void> {
    const { room, state, services, config } = this.#host;
    const obstacle = state.obstacle();
    if (obstacle !== null) throw new RevivalError(obstacle, { reason: 'restore-failed' });
    if (state.fingerprint() !== snapshot.schema) {
      throw new RevivalError('The state was written by a build with another schema.', {
        reason: 'schema-unknown',
      });
    }
    state.revive(entries);
    const nowMs = services.lease.clusterNowMs();
    // The room's clock went on while nobody ran it; never back, whatever the clocks of the machines say.
    const awayMs = Math.max(0, nowMs - snapshot.atMs);
    room.clock.tick();
    room.clock.elapsedTime = snapshot.elapsedMs + awayMs;
    this.timers.load(snapshot.timers);
    this.#epoch = claim.epoch;
    this.#restoreListing(snapshot.listing, snapshot.seats.length);
    this.ledger.load(snapshot.seats, snapshot.reservations);
    try {
      await room.onRestore?.(snapshot.game);
    } catch (error) {
      throw new RevivalError('onRestore failed.', { reason: 'restore-failed', cause: error });
    }
    const views = state.reviveViews(snapshot.viewHistory);
    this.#awaited = holdSeats(room, snapshot.seats, {
      nowMs,
      holdSeconds: config.seatHoldMs / 1_000,
      views,
    });
    this.#openRecorder();
    if (this.#recorder?.checkpoint() !== true) {
      throw new RevivalError('No checkpoint could be made of the revived room.', {
        reason: 'restore-failed',
      });
    }
    // Fences the owner before us, should it still live; and a store that does not take it must not be promised.
    await this.#recorder.settled();
    for (const { sessionId, options, auth, untilMs } of snapshot.reservations) {
      const seconds = Math.max(LEAST_RESERVED_S, (untilMs - nowMs) / 1_000);
      await internals(room)._reserveSeat(sessionId, options, auth, seconds);
    }
    await this.#restoreLock(snapshot.listing);
  }

  #restoreListing(listing: ListingRecord, seats: number): void {
    const { room } = this.#host;
    const { maxClients, locked: _, ...rest } = listing;
    room.maxClients = maxClients ?? Number.POSITIVE_INFINITY;
    Object.assign(internals(room)._listing, rest, { clients: seats });
  }

  /** After the seats: a room that is full locks itself, and only Colyseus can say that it did. */
  async #restoreLock({ locked }: ListingRecord): Promise<void> {
    const { room } = this.#host;
    const { maxClients } = room;
    room.maxClients = maxClients;
    if (locked) await room.lock();
  }

  #openRecorder(): void {
    const { room, services, config, state, log } = this.#host;
    this.#recorder = new RoomRecorder(
      {
        roomId: room.roomId,
        roomName: room.roomName,
        isSound: () => this.#host.isSound(),
        clusterMs: () => services.lease.clusterNowMs(),
        roomMs: () => roomMsNow(room.clock),
        listing: () => listingOf(room),
        gameData: () => room.onCheckpoint?.(),
        timers: () => this.timers.snapshot(),
        timerChanges: () => this.timers.takeChanges(),
        state: () => state.checkpoint(),
      },
      {
        journal: services.journal,
        ledger: this.ledger,
        limits: config,
        log: log(),
        metrics: services.metrics,
      },
      {
        epoch: this.#epoch,
        durability: room.durability,
        created: this.#createdWith,
        listener: { ownershipLost: () => this.#ownershipLost() },
      },
    );
    state.startRecording(
      (patch) => this.#recorder?.flushed(patch),
      () => this.#recorder?.handOver(),
    );
  }

  #ownershipLost(): void {
    if (this.#phase === 'released') return;
    const { services, room, log } = this.#host;
    log().warn({ epoch: this.#epoch }, 'another node owns this room now');
    services.metrics.roomFrozen(room.roomName, 'ownership-lost');
    this.abandon('This room lives on another node now.');
  }

  #leaveTo(reason: string): void {
    if (this.#phase === 'released') return;
    const wasMade = this.#phase !== 'making';
    this.#phase = 'released';
    this.#shelf.clear();
    this.#deferred.length = 0;
    this.#recorder?.close();
    this.#host.stopLoop();
    this.#endStandstill();
    // Colyseus cannot end what it is making; `begin` does.
    if (wasMade) this.#releaseRoom(reason);
  }

  #releaseRoom(closeReason: string): void {
    releaseRoom(this.#host.room, {
      closeReason,
      arriving: [...this.#arriving.keys()],
      counted: [...this.#counted.values()],
    });
    this.#counted.clear();
  }
}

/** The room's time of this moment: its clock stands still between ticks, and an entry's moment does not. */
function roomMsNow({ elapsedTime, currentTime }: ColyseusRoom['clock']): number {
  return elapsedTime + Math.max(0, performance.timeOrigin + performance.now() - currentTime);
}

function asksToLeave(frame: Buffer): boolean {
  return frame[0] === Protocol.LEAVE_ROOM;
}

function listingOf(room: ColyseusRoom): ListingRecord {
  const { _listing: listing, _lockedExplicitly: locked } = internals(room);
  const { private: isPrivate, unlisted, metadata } = listing;
  return {
    locked,
    private: isPrivate ?? false,
    unlisted: unlisted ?? false,
    maxClients: Number.isFinite(room.maxClients) ? room.maxClients : null,
    ...(metadata === undefined ? {} : { metadata }),
  };
}
