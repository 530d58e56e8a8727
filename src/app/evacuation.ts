import { readOwner } from '../cluster/directory/redis-room-lookup.ts';
import type { MeridianConfig } from '../config/config.ts';
import { buddyOf } from '../regions/buddy.ts';
import type { RoomNote } from '../regions/evacuation/copied-rooms.ts';
import { Evacuator } from '../regions/evacuation/evacuator.ts';
import { IsolationFence } from '../regions/evacuation/isolation-fence.ts';
import { heardForSafety } from '../regions/evacuation/majority.ts';
import { RoomCopier } from '../regions/evacuation/room-copier.ts';
import type { RegionLink } from '../regions/link/region-link.ts';
import type { RegionInfo } from '../regions/region-catalogue.ts';
import type { RegionsService } from '../regions/service.ts';
import type { RoomIsolation } from '../rooms/ownership/room-survival.ts';
import { systemClock } from '../shared/clock.ts';
import type { Closers } from '../shared/closers.ts';
import { connectRedis } from '../storage/redis/redis-connection.ts';
import { redisKeys } from '../storage/redis/redis-keys.ts';
import type { RedisClient } from '../storage/redis/redis-script.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { NodeMetrics } from '../telemetry/metrics.ts';

const LOOK_EVERY_MS = 100;
const SCAN_PAGE = 500;
/** Longest call to the buddy's Redis, ms: an ocean and a batch of journals. */
const BUDDY_TIMEOUT_MS = 5_000;

export interface EvacuationDeps {
  readonly config: Pick<MeridianConfig, 'region' | 'redis'>;
  readonly nodeId: string;
  readonly regions: RegionsService;
  /** Null: this region is linked to no other. */
  readonly link: RegionLink | null;
  readonly log: Logger;
  readonly metrics: NodeMetrics;
}

/** What evacuation asks of the node's rooms. */
export interface EvacuableRooms {
  /** Rooms of this node that may be evacuated, as the directory has them. */
  notes(): readonly RoomNote[];
  /** The room lives in another region: it is let go of here, and forgotten. */
  release(roomId: string): void;
  /** The fence has closed, or opened. */
  fenceMoved(isOpen: boolean): void;
}

/** Rooms of this region that live on in another when this one is down, and rooms of others that live on here. */
export class Evacuation implements RoomIsolation {
  /** Where this region's rooms go. */
  readonly buddy: RegionInfo;
  readonly #deps: EvacuationDeps & { readonly link: RegionLink };
  readonly #fence: IsolationFence;
  readonly #redis: RedisClient;
  readonly #byRegion: ReadonlyMap<string, RedisClient>;
  /** Rooms of this region that live in another, with their epochs there. */
  readonly #evacuated = new Map<string, number>();

  /**
   * Null when nothing is ever evacuated from here: fewer than three regions, no link to the nearest one, no Redis, or
   * `region.isolationFenceMs` 0.
   */
  static of(deps: EvacuationDeps, closers: Closers): Evacuation | null {
    const { link, regions } = deps;
    const { isolationFenceMs, links } = deps.config.region;
    const buddy = buddyOf(regions.catalogue, regions.catalogue.ownRegionId);
    const isLinked = links.some(({ id }) => id === buddy?.regionId);
    if (link === null || buddy === null || !isLinked || isolationFenceMs === 0) return null;
    return new Evacuation({ ...deps, link }, { buddy, closers });
  }

  private constructor(
    deps: EvacuationDeps & { readonly link: RegionLink },
    { buddy, closers }: { readonly buddy: RegionInfo; readonly closers: Closers },
  ) {
    this.#deps = deps;
    this.buddy = buddy;
    const { config, regions, log } = deps;
    this.#fence = new IsolationFence(
      { clock: systemClock },
      {
        needed: heardForSafety(regions.catalogue.regions.length),
        silentAfterMs: config.region.isolationFenceMs,
      },
    );
    const open = (redisUri: string, name: string, commandTimeoutMs?: number) => {
      const redis = connectRedis(redisUri, {
        name,
        log,
        ...(commandTimeoutMs !== undefined && { commandTimeoutMs }),
      });
      closers.push(`Redis of ${name}`, () => redis.disconnect());
      return redis;
    };
    this.#redis = open(config.redis.uri, 'evacuation');
    this.#byRegion = new Map(
      config.region.links.map(({ id, redisUri }) => [id, open(redisUri, `evacuation-${id}`)]),
    );
  }

  /** `host[:port][/path]` of the region where this one's rooms go. */
  get refuge(): string | undefined {
    return this.buddy.url?.replace(/^https?:\/\//, '');
  }

  /** Whether rooms that others may know may be played here. */
  get isOpen(): boolean {
    return this.#fence.isOpen;
  }

  mayPlay(roomId: string): boolean {
    return this.#fence.mayPlay(roomId);
  }

  began(roomId: string): void {
    this.#fence.unshare(roomId);
  }

  ended(roomId: string): void {
    this.#fence.forget(roomId);
  }

  /** Whether this region's room lives in another: it must not be brought back here under that epoch. */
  livesElsewhere({ roomId, epoch }: { readonly roomId: string; readonly epoch: number }): boolean {
    return (this.#evacuated.get(roomId) ?? 0) >= epoch;
  }

  start(rooms: EvacuableRooms, closers: Closers): void {
    this.#startLooking(rooms, closers);
    this.#startCopier(rooms, closers);
    this.#startEvacuators(closers);
  }

  #startLooking(rooms: EvacuableRooms, closers: Closers): void {
    const { link, log } = this.#deps;
    let wasOpen = false;
    const look = () => {
      const ages = link.peers.map((peer) => link.status(peer)?.confirmedAgoMs ?? null);
      this.#fence.look(ages);
      const { isOpen } = this.#fence;
      if (isOpen === wasOpen) return;
      wasOpen = isOpen;
      if (!isOpen)
        log.warn({ event: 'isolated' }, 'too few regions hear this one: rooms stand still');
      rooms.fenceMoved(isOpen);
    };
    look();
    const timer = setInterval(look, LOOK_EVERY_MS);
    closers.push('looks at the links', () => clearInterval(timer));
  }

  #startCopier(rooms: EvacuableRooms, closers: Closers): void {
    const { config, nodeId, regions, log, metrics } = this.#deps;
    const { regionId: buddyId } = this.buddy;
    const { redisUri = '' } = config.region.links.find(({ id }) => id === buddyId) ?? {};
    const to = connectRedis(redisUri, {
      name: 'copies',
      log,
      commandTimeoutMs: BUDDY_TIMEOUT_MS,
    });
    closers.push('Redis of copies', () => to.disconnect());
    const copier = new RoomCopier(
      {
        from: this.#redis,
        to,
        fence: this.#fence,
        clock: systemClock,
        log,
        rooms: () => rooms.notes(),
        roomsOfRegion: () => this.#roomsOfRegion(),
        ended: (roomIds) => this.#ended(roomIds),
        onEvacuated: (evacuated) => {
          for (const [roomId, epoch] of evacuated) {
            this.#evacuated.set(roomId, epoch);
            rooms.release(roomId);
          }
        },
        onLag: (lagMs) => metrics.evacuations.lag(lagMs),
      },
      { regionId: regions.catalogue.ownRegionId, nodeId, buddyId },
    );
    copier.start();
    closers.push('copies of rooms', () => copier.stop());
  }

  #startEvacuators(closers: Closers): void {
    const { config, regions, link, log, metrics } = this.#deps;
    const { catalogue } = regions;
    for (const { regionId } of catalogue.regions) {
      const isOurs = buddyOf(catalogue, regionId)?.regionId === catalogue.ownRegionId;
      if (!isOurs || !link.peers.includes(regionId)) continue;
      const others = [...this.#byRegion].filter(([id]) => id !== regionId);
      const evacuator = new Evacuator(
        {
          redis: this.#redis,
          others: others.map(([, redis]) => redis),
          heardAgoMs: () => link.status(regionId)?.heardAgoMs ?? null,
          log,
          onEvacuated: (id, rooms) => metrics.evacuations.evacuated(id, rooms),
        },
        {
          regionId,
          regions: catalogue.regions.length,
          isolationFenceMs: config.region.isolationFenceMs,
        },
      );
      evacuator.start();
      closers.push(`evacuation of ${regionId}`, () => evacuator.stop());
    }
  }

  async #roomsOfRegion() {
    const rooms = new Map<string, { roomId: string; epoch: number; isTakenBack: boolean }>();
    let cursor = '0';
    do {
      const [next, page] = await this.#redis.hscan(redisKeys.owners, cursor, 'COUNT', SCAN_PAGE);
      for (let at = 0; at < page.length; at += 2) {
        const [roomId = '', text] = page.slice(at, at + 2);
        const { nodeId, epoch, isDurable } = readOwner(text);
        // Another node takes its own back.
        const isTakenBack = nodeId === this.#deps.nodeId || nodeId === '-';
        if (isDurable) rooms.set(roomId, { roomId, epoch, isTakenBack });
      }
      cursor = next;
    } while (cursor !== '0');
    return [...rooms.values()];
  }

  async #ended(roomIds: readonly string[]): Promise<readonly string[]> {
    const owners = await this.#redis.hmget(redisKeys.owners, ...roomIds);
    return roomIds.filter((_, at) => owners[at] === null);
  }
}
