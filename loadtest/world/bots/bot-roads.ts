import { TcpBalancer } from '../../../test/support/tcp-balancer.ts';
import { Wan } from '../../wan/wan.ts';
import { pathBetween, rttMsBetween } from '../world-places.ts';
import type { BotRegion } from './wire.ts';

interface Road {
  region: BotRegion;
  readonly frontDoor: TcpBalancer;
}

/** The bots' ways to the regions: as far as those of any player, on ports of this process. */
export class BotRoads {
  readonly #wan = new Wan((home, regionId) => pathBetween(home.replace(/^home of /, ''), regionId));
  readonly #roads = new Map<string, Road>();

  /** Takes in how the regions are now. */
  async learn(regions: readonly BotRegion[]): Promise<void> {
    for (const region of regions) {
      const { regionId, isBlackHole } = region;
      const road = this.#roads.get(regionId);
      if (road === undefined) await this.#build(region);
      else road.region = region;
      this.#wan.faultPlace(regionId, isBlackHole ? 'black-hole' : 'none');
    }
  }

  isOpen(regionId: string): boolean {
    return this.#roads.get(regionId)?.region.isOpen === true;
  }

  /** The open region with the shortest round trip; null while there is none. */
  nearestOpen(home: string): string | null {
    const open = [...this.#roads.keys()].filter((regionId) => this.isOpen(regionId));
    const [nearest = null] = open.toSorted((a, b) => rttMsBetween(home, a) - rttMsBetween(home, b));
    return nearest;
  }

  /** Front door of a region for who lives in `home`, `host:port`. @throws for a region that nobody has told of */
  async door(home: string, regionId: string): Promise<string> {
    const road = this.#roads.get(regionId);
    if (road === undefined) throw new Error(`No road leads to ${regionId}.`);
    return await this.#wan.via(`home of ${home}`, `127.0.0.1:${road.frontDoor.port}`);
  }

  async #build(region: BotRegion): Promise<void> {
    const { regionId } = region;
    const frontDoor = await TcpBalancer.open(() => this.#roads.get(regionId)?.region.ports ?? []);
    this.#roads.set(regionId, { region, frontDoor });
    this.#wan.put(`127.0.0.1:${frontDoor.port}`, regionId);
  }
}
