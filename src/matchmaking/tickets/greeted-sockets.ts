import type { PlayerIdentity } from '../../auth/contract.ts';
import type { GameError } from '../../errors/game-error.ts';
import type { PushSocket } from '../../transport/ws/push-socket.ts';

interface Greeted {
  /** As his token said it. */
  readonly player: PlayerIdentity;
  readonly socket: PushSocket;
}

/** The push sockets of this node, by whom they are. */
export class GreetedSockets {
  readonly #byPlayer = new Map<string, Set<Greeted>>();

  /** Until it closes. */
  add(player: PlayerIdentity, socket: PushSocket): void {
    const { playerId } = player;
    const greeted = { player, socket };
    const ofPlayer = this.#byPlayer.get(playerId) ?? new Set();
    this.#byPlayer.set(playerId, ofPlayer.add(greeted));
    socket.onClose(() => {
      ofPlayer.delete(greeted);
      if (ofPlayer.size === 0 && this.#byPlayer.get(playerId) === ofPlayer) {
        this.#byPlayer.delete(playerId);
      }
    });
  }

  /** Closes the sockets of a player by which he is not welcome any more. @param refusalOf - null: he may stay */
  turnAway(playerId: string, refusalOf: (player: PlayerIdentity) => GameError | null): void {
    for (const { player, socket } of this.#byPlayer.get(playerId) ?? []) {
      const refusal = refusalOf(player);
      if (refusal !== null) socket.turnAway(refusal);
    }
  }
}
