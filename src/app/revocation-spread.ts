import type { PlayerIdentity } from '../auth/contract.ts';
import { REVOKED } from '../auth/link-kinds.ts';
import type { Revocation } from '../auth/revocation.ts';
import type { Revocations } from '../auth/revocations.ts';
import type { ColyseusNode } from '../cluster/colyseus-adapter.ts';
import type { RegionLink } from '../regions/contract.ts';
import { makeUlid } from '../regions/link/ulid.ts';
import { Room } from '../rooms/room.ts';
import type { Logger } from '../telemetry/logger.ts';
import { evictionFor } from './eviction-for.ts';
import type { NodeMatchmaking } from './matchmaking.ts';
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

/**
 * Ends the connections of players who are not welcome any more, in the rooms of this node and to matchmaking, and what they wait for there,
 * where matchmaking is of this process.
 */
export function enforceRevocations(deps: {
  readonly revocations: Revocations;
  readonly node: ColyseusNode;
  readonly matchmaking: Pick<NodeMatchmaking, 'turnAway' | 'evict'>;
}): void {
  const { revocations, node, matchmaking } = deps;
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
    // Who came by a socket has shown a token: it is known of which sign-in.
    matchmaking.turnAway(revocation.playerId, (player) => revocations.refusalOf(player));
    const eviction = evictionFor(revocation, revocations);
    if (eviction !== null) matchmaking.evict(eviction);
  });
}
