import type { NodeInfo } from '../../cluster/node-info.ts';
import { PendingPlacements, placeRoom } from '../../cluster/placement.ts';
import type { BuildShares } from '../../cluster/release/build-shares.ts';
import type { ErrorCode } from '../../errors/errors.ts';
import { GameError } from '../../errors/game-error.ts';
import type { RpcCalls } from '../../transport/rpc/rpc-contract.ts';
import type { MatchInfo } from '../contract.ts';
import type { MatchPlacer } from './match-placer.ts';
import type { GAME_RPC, Seats } from './match-placer-rpc.ts';

/** What a node says, or is said of it, that makes no rooms now. */
const ABSENCES: readonly ErrorCode[] = [
  'SERVICE_UNAVAILABLE',
  'SHUTTING_DOWN',
  'NODE_UNREACHABLE',
  'LEASE_LOST',
];

type Game = Pick<RpcCalls<typeof GAME_RPC>, 'seatMatch'>;
type Wanted = Omit<Parameters<Game['seatMatch']>[0], 'match'>;

export interface NodeMatchPlacerDeps {
  /** Live nodes of the region. */
  readonly nodes: () => readonly NodeInfo[];
  /** Of new rooms, by build. */
  readonly shares: () => BuildShares;
  /** The way to a node's port. */
  readonly gameAt: (rpcAddress: string) => Game;
  readonly newRoomId: () => string;
}

/** Has rooms made by other processes of the region: by the least busy, and by the next when that does not answer. */
export class NodeMatchPlacer implements MatchPlacer {
  readonly #deps: NodeMatchPlacerDeps;
  readonly #pending = new PendingPlacements();

  constructor(deps: NodeMatchPlacerDeps) {
    this.#deps = deps;
  }

  place(roomName: string, match: MatchInfo): Promise<Seats> {
    // Of one id, whoever makes it: of a node that only seemed to be gone it is the same room.
    return this.#ask(match, { newRoom: { roomName, roomId: this.#deps.newRoomId() } });
  }

  join(roomId: string, match: MatchInfo): Promise<Seats> {
    return this.#ask(match, { roomId });
  }

  async #ask(match: MatchInfo, wanted: Wanted): Promise<Seats> {
    const excluded = new Set<string>();
    let lastError = new GameError('NODE_UNREACHABLE', {}, { message: 'No node takes rooms.' });
    for (let node = this.#choose(excluded); node; node = this.#choose(excluded)) {
      if (wanted.newRoom !== undefined) this.#pending.placed(node);
      try {
        return await this.#deps.gameAt(node.rpcAddress).seatMatch({ match, ...wanted });
      } catch (error) {
        if (!(error instanceof GameError) || !ABSENCES.includes(error.code)) throw error;
        lastError = error;
        excluded.add(node.nodeId);
      }
    }
    throw lastError;
  }

  #choose(exclude: ReadonlySet<string>): (NodeInfo & { readonly rpcAddress: string }) | undefined {
    const reachable = this.#deps.nodes().filter(hasAddress);
    const pending = this.#pending.of(reachable);
    const nodeId = placeRoom(reachable, '', { pending, exclude, shares: this.#deps.shares() });
    return reachable.find((node) => node.nodeId === nodeId);
  }
}

function hasAddress(node: NodeInfo): node is NodeInfo & { readonly rpcAddress: string } {
  return node.rpcAddress !== undefined;
}
