import { FollowingClient } from '../../bots/following-client.ts';
import type { RoomClient } from '../../bots/room-client.ts';
import { machineNowMs } from '../../machine/machine-clock.ts';
import type { PlannedPlayer } from '../population.ts';
import { codeOf } from './code-of.ts';
import { type PlayerEvents, SoakPlayer, type SoakView } from './player.ts';

const ROOM = 'lounge';
/** How long one plays in a room, ms, before he goes to another. */
const STAYS_MS = { from: 60_000, to: 240_000 } as const;
const PAUSE_MS = { from: 500, to: 2_000 } as const;

/** Joins a durable room near his home, plays for a while, leaves, joins another. In the cheapest form: made for crowds. */
export class RoamingPlayer extends SoakPlayer {
  readonly #door: string;
  readonly #dice: () => number;
  #client: FollowingClient | null = null;
  #isJoining = false;
  #isStopped = false;
  #notBeforeMs = 0;
  #staysUntilMs = 0;

  /** @param door - of the region he lives in, `host:port` */
  constructor(planned: PlannedPlayer, door: string, dice: () => number, events: PlayerEvents) {
    super(planned, events);
    this.#door = door;
    this.#dice = dice;
  }

  override get isConnected(): boolean {
    return this.#client?.isSeated === true;
  }

  override lookAround(): void {
    const nowMs = machineNowMs();
    const client = this.#client;
    if (client === null) {
      if (!this.#isJoining && !this.#isStopped && nowMs >= this.#notBeforeMs) void this.#join();
      return;
    }
    client.checkLink();
    // Whoever looks for his room does not go: what becomes of it is what this is about.
    if (nowMs >= this.#staysUntilMs && client.isSeated) this.#leave();
  }

  override stall(isStalled: boolean): void {
    this.#client?.stall(isStalled);
    this.account.stalls(isStalled, machineNowMs());
  }

  override stop(): void {
    this.#isStopped = true;
    this.#client?.leave();
  }

  protected override send(number: number): boolean {
    return this.#client?.sendInput({ number }) === true;
  }

  #leave(): void {
    this.#client?.leave();
    this.#client = null;
    this.#notBeforeMs = machineNowMs() + this.#between(PAUSE_MS);
    this.leaves();
  }

  async #join(): Promise<void> {
    this.#isJoining = true;
    this.account.asked(machineNowMs());
    const sees = (from: RoomClient) =>
      this.sees(from.replica?.state as unknown as SoakView, from.sessionId);
    try {
      let isFirst = true;
      this.#client = await FollowingClient.join(
        { frontDoor: this.#door, roomName: ROOM, joinOptions: {} },
        {
          onSeated: (from) => {
            if (isFirst) this.enters(from.roomId, this.home);
            isFirst = false;
            sees(from);
          },
          onPatch: sees,
          onDropped: () => {},
          onEnded: (reason) => this.#ended(reason),
        },
      );
      this.#staysUntilMs = machineNowMs() + this.#between(STAYS_MS);
      this.events.joined('door');
      if (this.#isStopped) this.#client.leave();
    } catch (error) {
      const atMs = machineNowMs();
      this.#notBeforeMs = atMs + this.#between(PAUSE_MS);
      this.events.failed({ player: this.index, via: 'door', code: codeOf(error), atMs });
    } finally {
      this.#isJoining = false;
    }
  }

  #ended(reason: string): void {
    this.#client = null;
    this.loses(reason);
    this.account.asked(machineNowMs());
  }

  #between({ from, to }: { readonly from: number; readonly to: number }): number {
    return from + (to - from) * this.#dice();
  }
}
