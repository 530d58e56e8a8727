import { setTimeout as sleep } from 'node:timers/promises';
import type { Room as ColyseusRoom } from '@colyseus/core';
import { DRAIN_TIMEOUT_MS, NODE_OPERATIONS } from '../admin/region-operations.ts';
import type { ColyseusNode } from '../cluster/colyseus-adapter.ts';
import { runsService } from '../cluster/node-info.ts';
import { nodesOfOtherBuilds, placeRoom } from '../cluster/placement.ts';
import type { MeridianConfig } from '../config/config.ts';
import { GameError } from '../errors/game-error.ts';
import type { DrainResult } from '../protocol/rest.ts';
import { FailoverRunner } from '../rooms/failover/failover-runner.ts';
import { RestoreCounts } from '../rooms/failover/restore-counts.ts';
import { Revivals } from '../rooms/failover/revival.ts';
import { RoomDoor } from '../rooms/failover/room-door.ts';
import { RoomReviver } from '../rooms/failover/room-reviver.ts';
import { NodeDrainer } from '../rooms/migration/node-drainer.ts';
import { RoomMover } from '../rooms/migration/room-mover.ts';
import type { SurvivalServices } from '../rooms/ownership/room-survival.ts';
import { Room } from '../rooms/room.ts';
import { within } from '../shared/within.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { NodeMetrics } from '../telemetry/metrics.ts';
import type { ForwardTarget } from '../transport/ws/socket-forwarder.ts';
import type { Evacuation } from './evacuation.ts';
import type { NodeSelf } from './node-self.ts';
import type { Region } from './region.ts';
import { survivalsOf } from './room-survivals.ts';

const REASSERT_RETRY_MS = 250;
const CUT_OFF = 'This node was cut off from the others.';
const ELSEWHERE = 'This room lives on another node now.';
/** Pause before a room that failed while Redis was away is made anew. */
const RESTORE_RETRY_MS = 500;
/** A start is told with a renewal of the lease, and seen with the next look of each other node. */
const NEWS_OF_A_START_MS = 1_000;
const LOOK_AGAIN_MS = 50;
/** A revival takes tenths of a second; whoever waits longer does better to ask where the room is. */
const AT_THE_DOOR_MS = 2_000;
/** A sixth of the time after which a journal expires. */
const KEEP_JOURNALS_MS = 600_000;
/** After the lease ran out: a hiccup is over by then, and if this node is cut off, the others begin to claim its rooms. */
const CUT_OFF_AFTER_MS = 500;

export interface SurvivalRuntimeDeps {
  readonly config: MeridianConfig;
  readonly node: ColyseusNode;
  readonly region: Region;
  readonly log: Logger;
  readonly metrics: NodeMetrics;
  readonly self: NodeSelf;
  /** Null: no region takes this one's rooms, nor this one another's. */
  readonly evacuation: Evacuation | null;
}

/** Joins what brings rooms back and moves them to the node's rooms. */
export class SurvivalRuntime {
  readonly services: SurvivalServices;
  readonly #deps: SurvivalRuntimeDeps;
  readonly #reviver: RoomReviver;
  readonly #failover: FailoverRunner;
  readonly #drainer: NodeDrainer;
  readonly #mover: RoomMover;
  readonly #door = new RoomDoor(LOOK_AGAIN_MS);
  #keeping: NodeJS.Timeout | undefined;
  #cutOff: NodeJS.Timeout | undefined;
  #draining: Promise<DrainResult> | null = null;
  #isReasserting = false;

  constructor(deps: SurvivalRuntimeDeps) {
    const { config, node, region, self, log, metrics, evacuation } = deps;
    const { directory, journal, lease, registry, calls } = region;
    const revivals = new Revivals();
    const nodeId = node.processId;
    const publicAddress = config.http.publicAddress === '' ? null : config.http.publicAddress;
    this.#deps = deps;
    this.#reviver = new RoomReviver({
      maker: node,
      directory,
      journal,
      revivals,
      metrics,
      log,
      trialMs: config.rooms.trialMs,
      passOn: (claim) =>
        mover.passOn(claim, nodesOfOtherBuilds(registry.nodes, config.cluster.build)),
    });
    this.services = {
      lease,
      isolation: evacuation,
      directory,
      journal,
      revivals,
      restores: new RestoreCounts(),
      restoreInPlace: (room) => void this.#restoreInPlace(room),
      processId: () => nodeId,
      publicAddress: () => publicAddress,
      metrics,
    };
    this.#failover = new FailoverRunner({
      registry,
      directory,
      reviver: this.#reviver,
      log,
      takesRooms: () => self.takesRooms && lease.isHeld() && evacuation?.isOpen !== false,
      livesElsewhere: (claim) => evacuation?.livesElsewhere(claim) === true,
    });
    const mover = new RoomMover({
      nodeId,
      directory,
      calls,
      reviver: this.#reviver,
      log,
      takesRooms: () => self.takesRooms && lease.isHeld(),
      endSeats: (roomId, sessionIds) => {
        const room = node.findRoom(roomId);
        if (room instanceof Room) Room.survivalOf(room).endSeats(sessionIds);
      },
    });
    this.#mover = mover;
    this.#drainer = new NodeDrainer({
      nodeId,
      build: config.cluster.build,
      registry,
      mover,
      log,
      movableRooms: () => survivalsOf(this.#deps.node.rooms).filter(({ isMovable }) => isMovable),
      roomCount: () => node.rooms.size,
      chooseTarget: (nodes) => {
        if (nodes.length === 0) return undefined;
        const chosen = placeRoom(nodes, nodeId, { shares: registry.shares });
        return nodes.find((one) => one.nodeId === chosen);
      },
    });
    node.onRoomCreated((room) => {
      if (room instanceof Room) Room.survivalOf(room).begin();
      this.#door.open(room.roomId);
    });
    calls.handle(NODE_OPERATIONS.drain, () => this.drain());
    for (const [method, isQuarantined] of [
      [NODE_OPERATIONS.quarantine, true],
      [NODE_OPERATIONS.release, false],
    ] as const) {
      calls.handle(method, () => {
        log.warn({ event: 'quarantine', isQuarantined }, 'this node takes new players, or not');
        self.quarantine(isQuarantined);
      });
    }
    lease.onRedisBack(() => void this.#reassert());
    lease.onPhase((phase) => {
      clearTimeout(this.#cutOff);
      if (phase !== 'lapsed') return;
      this.#cutOff = setTimeout(() => this.#sendPlayersAway(), CUT_OFF_AFTER_MS).unref();
    });
    directory.onDisowned((roomId) => {
      const room = node.findRoom(roomId);
      if (room instanceof Room) Room.survivalOf(room).abandon(ELSEWHERE);
    });
  }

  start(): void {
    this.#failover.start();
    this.#keeping = setInterval(() => {
      for (const room of survivalsOf(this.#deps.node.rooms)) room.keepJournal();
    }, KEEP_JOURNALS_MS).unref();
  }

  /** Moves every durable room away and takes no new ones. One drain at a time: whoever asks again gets that one's result. */
  async drain(): Promise<DrainResult> {
    this.#deps.self.stopTakingRooms();
    this.#draining ??= this.#drainer.drain(DRAIN_TIMEOUT_MS).finally(() => {
      this.#draining = null;
    });
    return await this.#draining;
  }

  /**
   * Moves one room of this node to another one while it is played.
   *
   * @param targetId - null: the node that has most to spare
   * @returns the node where it lives now
   * @throws {GameError} `ROOM_UNKNOWN`, `NODE_UNKNOWN`; `BAD_REQUEST` for a room that keeps no journal, and when nobody takes it
   */
  async moveRoom(roomId: string, targetId: string | null): Promise<{ readonly nodeId: string }> {
    const { node, region } = this.#deps;
    const room = node.findRoom(roomId);
    if (room === undefined) throw new GameError('ROOM_UNKNOWN', { roomId });
    const survival = room instanceof Room ? Room.survivalOf(room) : null;
    if (survival?.isMovable !== true)
      throw cannotMove('the room keeps no journal, or moves already');
    const others = region.registry.nodes.filter(
      (other) => other.nodeId !== node.processId && !other.isDraining && runsService(other, 'game'),
    );
    const chosen = targetId ?? placeRoom(others, '');
    const target = others.find(({ nodeId }) => nodeId === chosen);
    if (target === undefined) {
      throw targetId === null
        ? cannotMove('no other node of the region takes rooms')
        : new GameError('NODE_UNKNOWN', { nodeId: targetId });
    }
    if (!(await this.#mover.move(survival, target)))
      throw cannotMove('the other node did not take it');
    return { nodeId: target.nodeId };
  }

  /**
   * Before the process ends: moves what can be moved; what cannot is written down and let go of, for the next node to start.
   *
   * @param deadlineMs - no move begins after this long
   */
  async leave(deadlineMs: number): Promise<void> {
    clearInterval(this.#keeping);
    clearTimeout(this.#cutOff);
    await this.#failover.stop();
    await within(this.drain(), deadlineMs);
    if (!this.#deps.region.outlivesProcess) return;
    await Promise.all(
      survivalsOf(this.#deps.node.rooms)
        .filter(({ isMovable }) => isMovable)
        .map((room) => room.leaveBehind()),
    );
  }

  /**
   * Where a socket of that room belongs. One that comes while the room is being brought back here, or may yet stay, waits: all its
   * players knock again at once, and each refusal would cost each of them another round.
   *
   * @throws {GameError} `ROOM_RECOVERING`, `LEASE_LOST`, `DIRECTORY_UNAVAILABLE`
   */
  async route(roomId: string): Promise<'here' | ForwardTarget> {
    for (const untilMs = performance.now() + AT_THE_DOOR_MS; performance.now() < untilMs; ) {
      const local = this.#deps.node.findRoom(roomId);
      const way = local === undefined ? await this.#wayTo(roomId) : this.#wayInto(local);
      if (way !== 'soon here') return way;
      await this.#door.news(roomId);
    }
    throw recovering();
  }

  #wayInto(room: ColyseusRoom): 'here' | 'soon here' {
    if (!(room instanceof Room) || !Room.survivalOf(room).isFrozen) return 'here';
    if (!Room.survivalOf(room).isOurs) {
      throw new GameError('LEASE_LOST', {}, { retryAfterMs: 250 });
    }
    return 'soon here';
  }

  async #wayTo(roomId: string): Promise<'here' | 'soon here' | ForwardTarget> {
    const { node, region } = this.#deps;
    if (region.directory.epochOf(roomId) !== undefined) return 'soon here';
    const place = await region.directory.locate(roomId);
    if (place.kind === 'orphaned') throw recovering();
    // Who comes for a room that is gone is told so where rooms are entered.
    if (place.kind !== 'owned') return 'here';
    if (place.nodeId === node.processId) return 'soon here';
    const owner = await this.#listening(place.nodeId);
    if (owner === null) throw recovering();
    return owner;
  }

  /** Where a node takes sockets. One that has just started may have rooms before all others have heard where it listens. */
  async #listening(nodeId: string): Promise<ForwardTarget | null> {
    const untilMs = performance.now() + NEWS_OF_A_START_MS;
    for (;;) {
      const address = this.#deps.region.registry.find(nodeId)?.internalAddress ?? '';
      const [, host = '', port = '0'] = /^\[?(.*?)\]?:(\d+)$/.exec(address) ?? [];
      if (port !== '0') return { host, port: Number(port) };
      if (performance.now() > untilMs) return null;
      await sleep(LOOK_AGAIN_MS);
    }
  }

  /** This node was declared dead: its rooms are another's. */
  abandonAll(): void {
    this.#deps.region.directory.forgetAll();
    for (const room of survivalsOf(this.#deps.node.rooms)) room.abandon(CUT_OFF);
  }

  /** The lease stays lost: players look for their rooms at the others instead of waiting for what may never go on. */
  #sendPlayersAway(): void {
    if (this.#deps.region.lease.isHeld()) return;
    for (const room of survivalsOf(this.#deps.node.rooms)) room.sendPlayersAway(CUT_OFF);
  }

  async #restoreInPlace(room: Parameters<SurvivalServices['restoreInPlace']>[0]): Promise<void> {
    const { roomId } = room;
    const { directory } = this.#deps.region;
    while (directory.epochOf(roomId) !== undefined) {
      try {
        const epoch = await directory.nextEpoch(roomId);
        if (epoch !== null) await this.#reviver.revive({ ...room, epoch });
        return;
      } catch (error) {
        // Redis is away. The room is nowhere until it is back.
        this.#deps.log.warn({ err: error, roomId }, 'a failed room cannot be made anew now');
        await sleep(RESTORE_RETRY_MS, undefined, { ref: false });
      }
    }
  }

  /** Until it succeeds: rooms that Redis does not know are nobody's when this node dies. */
  async #reassert(): Promise<void> {
    if (this.#isReasserting) return;
    this.#isReasserting = true;
    while (this.#isReasserting) {
      try {
        await this.#reassertOnce();
        this.#isReasserting = false;
      } catch (error) {
        if (this.#deps.region.lease.phase === 'dead') return;
        this.#deps.log.debug({ err: error }, 'rooms could not be asserted; once more');
        await sleep(REASSERT_RETRY_MS, undefined, { ref: false });
      }
    }
  }

  async #reassertOnce(): Promise<void> {
    const lost = new Set(await this.#deps.region.directory.reassert());
    for (const room of survivalsOf(this.#deps.node.rooms)) {
      if (lost.has(room.roomId)) room.abandon(ELSEWHERE);
      else room.keepJournal();
    }
    this.#deps.log.info(
      { event: 'reasserted', lost: lost.size },
      'rooms are asserted after an outage',
    );
  }
}

function cannotMove(reason: string): GameError {
  return new GameError('BAD_REQUEST', { reason });
}

function recovering(): GameError {
  return new GameError('ROOM_RECOVERING', {}, { retryAfterMs: 100 });
}
