import type { PlayerIdentity } from '../auth/contract.ts';
import { REVOKED } from '../auth/link-kinds.ts';
import type { Revocation } from '../auth/revocation.ts';
import type { Revocations } from '../auth/revocations.ts';
import type { ColyseusNode } from '../cluster/colyseus-adapter.ts';
import type { MeridianConfig } from '../config/config.ts';
import type { RegionLink } from '../regions/contract.ts';
import { RedisRegionLink } from '../regions/link/redis-region-link.ts';
import { makeUlid } from '../regions/link/ulid.ts';
import { Room } from '../rooms/room.ts';
import type { Closers } from '../shared/closers.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { NodeMetrics } from '../telemetry/metrics.ts';
import { refusalOfSeated } from './refusal-of-seated.ts';

/**
 * Tells the other regions what is revoked here, and hears what is there. To be called before the link starts.
 *
 * @param deps.link - null: this region is alone
 * @returns the link
 */
export function spreadRevocations<Link extends RegionLink | null>(deps: {
  readonly revocations: Revocations;
  readonly link: Link;
  readonly log: Logger;
}): Link {
  const { revocations, link, log } = deps;
  if (link === null) return link;
  const outbox = new RevocationOutbox(link);
  revocations.spreadBy((revocation) => outbox.send(revocation));
  for (const peer of link.peers) {
    link.onMessage(peer, REVOKED, ({ body }) => revocations.learn(body));
    // It misses some, nobody knows which; what it has heard already it skips.
    link.onPeerGap(peer, async () => {
      const unexpired = await revocations.unexpired();
      log.info(
        { peer, count: unexpired.length },
        'a region missed news, it is told of revocations',
      );
      for (const revocation of unexpired)
        await link.send(peer, { kind: REVOKED, body: revocation });
    });
  }
  return link;
}

/**
 * Links a process that decides on players to the other regions, where no game runs: it tells them, and hears what they have decided. What
 * it sends the nodes of its region carry.
 */
export async function linkRevocations(
  deps: {
    readonly config: Pick<MeridianConfig, 'region' | 'redis'>;
    readonly nodeId: string;
    readonly revocations: Revocations;
    readonly log: Logger;
    readonly metrics: NodeMetrics;
  },
  closers: Closers,
): Promise<void> {
  const { config, nodeId, revocations, log, metrics } = deps;
  const { id: regionId, links } = config.region;
  if (links.length === 0) return;
  const link = new RedisRegionLink({
    ...{ regionId, nodeId, log, metrics: metrics.links },
    redisUri: config.redis.uri,
    peers: links.map(({ id, redisUri }) => ({ regionId: id, redisUri })),
    // What others send for rooms and tickets it knows nothing of.
    carries: false,
    takesWork: false,
  });
  spreadRevocations({ revocations, link, log });
  closers.push('region links', () => link.stop());
  await link.start();
}

/** Sends each to every region; what one has refused it gets again, under the same id, and so once. */
class RevocationOutbox {
  readonly #link: RegionLink;
  readonly #unsent = new Map<string, { readonly id: string; readonly peers: Set<string> }>();

  constructor(link: RegionLink) {
    this.#link = link;
  }

  /** @returns whether every region will hear of it */
  async send(revocation: Revocation): Promise<boolean> {
    const message = this.#unsent.get(revocation.id) ?? {
      id: makeUlid(revocation.atMs),
      peers: new Set(this.#link.peers),
    };
    this.#unsent.set(revocation.id, message);
    for (const peer of [...message.peers]) {
      const { id } = message;
      const outcome = await this.#link.send(peer, { kind: REVOKED, body: revocation, id });
      if (outcome.ok) message.peers.delete(peer);
    }
    const isSent = message.peers.size === 0;
    if (isSent) this.#unsent.delete(revocation.id);
    return isSent;
  }
}

/** Ends the connections, in the rooms of this node, of players who are not welcome any more. */
export function enforceRevocations(deps: {
  readonly revocations: Revocations;
  readonly node: ColyseusNode;
}): void {
  const { revocations, node } = deps;
  const turnAwayFrom = (room: Room, revocation: Revocation) => {
    for (const client of [...room.clients]) {
      const player = client.auth as PlayerIdentity | undefined;
      if (player?.playerId !== revocation.playerId) continue;
      const refusal = refusalOfSeated(player, revocation, revocations);
      if (refusal !== null) Room.turnAway(room, client, refusal);
    }
  };
  revocations.onRevoked((revocation) => {
    for (const room of node.rooms) if (room instanceof Room) turnAwayFrom(room, revocation);
  });
}
