import { machineNowMs } from '../../machine/machine-clock.ts';
import { rttMsBetween } from '../../world/world-places.ts';
import { PlayerAccount, type PlayerSecond } from '../accounting/player-account.ts';
import type { PlannedPlayer } from '../population.ts';
import type { FailedJoin } from './wire.ts';

/** A soak room's state as any client decodes it. */
export interface SoakView {
  readonly madeAtMs: number;
  /** Undefined before the first state. */
  readonly players: ReadonlyMap<string, { readonly acted: number }> | undefined;
}

/** What players tell their process. */
export interface PlayerEvents {
  joined(via: 'door' | 'queue'): void;
  waited(durationMs: number): void;
  acted(durationMs: number): void;
  failed(join: FailedJoin): void;
  /** Of a room that was neither left nor ended by its game, as far as the player knows. */
  ended(player: number, roomId: string, reason: string): void;
  left(player: SoakPlayer, settled: readonly PlayerSecond[]): void;
}

/** Rooms apply half a second's worth of inputs at once and drop the rest (RM-8): no more may ever wait. */
const MOST_WAITING = 3;

/** Somebody who plays on and on: numbers his actions, and books what he sees. How he gets into rooms is his kind's. */
export abstract class SoakPlayer {
  readonly index: number;
  readonly home: string;
  readonly account: PlayerAccount;
  protected readonly events: PlayerEvents;
  #regionId: string;
  #roomId: string | null = null;
  #seenAtMs = 0;
  #sent = 0;
  #acknowledged = 0;

  constructor({ index, home }: PlannedPlayer, events: PlayerEvents) {
    this.index = index;
    this.home = home;
    this.events = events;
    this.account = new PlayerAccount((durationMs) => events.acted(durationMs));
    this.#regionId = home;
  }

  /** Where his room is, or was last. */
  get regionId(): string {
    return this.#regionId;
  }

  /** The room that he has a seat in; null: none. */
  get roomId(): string | null {
    return this.#roomId;
  }

  /** When the newest state arrived. */
  get seenAtMs(): number {
    return this.#seenAtMs;
  }

  /** Whether anything that is sent now may arrive. */
  abstract get isConnected(): boolean;

  /** A few times a second: looks after his seat, or for one. */
  abstract lookAround(): void;

  /** His link stalls for a while. */
  abstract stall(isStalled: boolean): void;

  /** He has had enough, for good. */
  abstract stop(): void;

  protected abstract send(number: number): boolean;

  /** Does one thing, whether it can be sent now or not: who presses a key does not ask. */
  act(): void {
    if (this.#roomId === null) return;
    const number = this.#sent + 1;
    this.account.acted(number, machineNowMs());
    if (!this.isConnected || this.#sent - this.#acknowledged >= MOST_WAITING) return;
    if (this.send(number)) this.#sent = number;
  }

  protected enters(roomId: string, regionId: string): void {
    this.#roomId = roomId;
    this.#regionId = regionId;
    this.#sent = 0;
    this.#acknowledged = 0;
    this.account.playsAt(rttMsBetween(this.home, regionId));
  }

  protected sees(state: SoakView, sessionId: string): void {
    // What was on its way when he left is nobody's match.
    if (this.#roomId === null) return;
    const nowMs = machineNowMs();
    this.#seenAtMs = nowMs;
    const { madeAtMs, players } = state;
    // Before the first step of a room there is nothing to see.
    if (players === undefined || madeAtMs === 0) return;
    this.account.saw(madeAtMs, nowMs);
    const acted = players.get(sessionId)?.acted ?? 0;
    if (acted <= this.#acknowledged) return;
    this.#acknowledged = acted;
    this.account.acknowledged(acted, nowMs);
  }

  /** Left on purpose, or the game is over. */
  protected leaves(): void {
    this.#roomId = null;
    this.events.left(this, this.account.left(machineNowMs()));
  }

  /** The room is gone, as far as he knows; he wants to play on. */
  protected loses(reason: string): void {
    const roomId = this.#roomId;
    this.#roomId = null;
    this.account.lost();
    if (roomId !== null) this.events.ended(this.index, roomId, reason);
  }
}
