import { Wan } from '../wan/wan.ts';
import { linkPathBetween, pathBetween } from './world-places.ts';

/** Where a region can be reached, `host:port` each. */
export interface RegionAddresses {
  readonly frontDoor: string;
  readonly redis: string;
}

/**
 * All distances of a local world, and what is wrong with them.
 *
 *   player in asia ──last mile, 178 ms──▶ front door of europe
 *   nodes of asia  ──────────178 ms─────▶ Redis of europe         the link between the two regions
 *
 * A link is cut for both directions: what is open is reset, what comes is refused. A region in a black hole is silent: nothing
 * goes in or out, and nobody is told; what was sent meanwhile arrives when it is over.
 */
export class WorldWan implements AsyncDisposable {
  readonly #regions = new Map<string, RegionAddresses>();
  /** Homes are other places than regions: who lives in asia can still play in europe when asia's region is gone. */
  readonly #players: Wan;
  readonly #links = new Wan(linkPathBetween);
  readonly #cuts = new Set<string>();
  readonly #blackHoles = new Set<string>();

  /** @param homeLossRatio - share of segments that players' own lines lose; absent: that of the median home */
  constructor(homeLossRatio?: number) {
    this.#players = new Wan((home, regionId) =>
      pathBetween(placeOfHome(home), regionId, homeLossRatio),
    );
  }

  putRegion(regionId: string, addresses: RegionAddresses): void {
    this.#regions.set(regionId, addresses);
    this.#players.put(addresses.frontDoor, regionId);
    this.#links.put(addresses.redis, regionId);
  }

  /** Where a player at home in `place` finds the front door of a region: `host:port`, as far away as it is. */
  async door(place: string, regionId: string): Promise<string> {
    return await this.#players.via(`home of ${place}`, this.#addresses(regionId).frontDoor);
  }

  /** Where the nodes of one region find the Redis of another: `host:port`, as far away as it is. */
  async redis(fromRegionId: string, regionId: string): Promise<string> {
    return await this.#links.via(fromRegionId, this.#addresses(regionId).redis);
  }

  /** Regions that are in a black hole. */
  get blackHoles(): ReadonlySet<string> {
    return this.#blackHoles;
  }

  isCut(one: string, other: string): boolean {
    return this.#cuts.has(pairOf(one, other));
  }

  /** @throws RangeError for two regions that have no link */
  cutLink(one: string, other: string): void {
    this.#setLink(one, other, true);
  }

  healLink(one: string, other: string): void {
    this.#setLink(one, other, false);
  }

  blackHole(regionId: string): void {
    this.#setBlackHole(regionId, true);
  }

  healRegion(regionId: string): void {
    this.#setBlackHole(regionId, false);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#players[Symbol.asyncDispose](), this.#links[Symbol.asyncDispose]()]);
  }

  #setLink(one: string, other: string, isCut: boolean): void {
    for (const regionId of [one, other]) this.#addresses(regionId);
    if (one === other) throw new RangeError('A region has no link to itself.');
    if (isCut) this.#cuts.add(pairOf(one, other));
    else this.#cuts.delete(pairOf(one, other));
    this.#links.fault(one, other, isCut ? 'cut' : 'none');
  }

  #setBlackHole(regionId: string, isOne: boolean): void {
    this.#addresses(regionId);
    if (isOne) this.#blackHoles.add(regionId);
    else this.#blackHoles.delete(regionId);
    for (const wan of [this.#players, this.#links]) {
      wan.faultPlace(regionId, isOne ? 'black-hole' : 'none');
    }
  }

  #addresses(regionId: string): RegionAddresses {
    const addresses = this.#regions.get(regionId);
    if (addresses === undefined) throw new RangeError(`There is no region "${regionId}".`);
    return addresses;
  }
}

function placeOfHome(home: string): string {
  return home.replace(/^home of /, '');
}

function pairOf(one: string, other: string): string {
  return [one, other].toSorted().join(' ');
}
