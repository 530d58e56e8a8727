import type { Schema } from '@colyseus/schema';
import { FollowingClient } from '../../bots/following-client.ts';
import { signInAsGuest } from '../../bots/guest.ts';
import type { InputField } from '../../bots/input-channel.ts';
import { arena } from '../../scenarios/arena.ts';
import type { BotHands, Mind } from '../../scenarios/scenario.ts';
import type { BotRoads } from './bot-roads.ts';

const ROOM = 'arena';
/** Between two tries to get into a game, ms; half of it is chance. */
const TRY_AGAIN_MS = 2_000;
/** In a region that is not open any more a bot looks for its room this long, then it plays elsewhere, ms. */
const PATIENCE_MS = 6_000;
/** In one that is open it waits as long as a patient player does before he reloads the page, ms. */
const LONG_PATIENCE_MS = 15_000;
/** Chance to go home in a second in which a nearer region is open. */
const HOMESICKNESS = 0.05;

/** A player who lives somewhere and plays in the open region that is nearest, follows his room through crashes, and comes back. */
export class PlaceBot implements BotHands {
  readonly index: number;
  readonly home: string;
  readonly #roads: BotRoads;
  readonly #mind: Mind;
  readonly #decodes: boolean;
  #isWanted = false;
  #isJoining = false;
  #regionId: string | null = null;
  #client: FollowingClient | null = null;
  #notBeforeMs = 0;
  #lastSeatedMs = 0;

  constructor(options: {
    readonly index: number;
    readonly home: string;
    readonly roads: BotRoads;
    /** Whether it sees what it does; others wander about, which costs less. */
    readonly decodes: boolean;
  }) {
    this.index = options.index;
    this.home = options.home;
    this.#roads = options.roads;
    this.#decodes = options.decodes;
    this.#mind = arena.createMind(options.index);
  }

  get isWanted(): boolean {
    return this.#isWanted;
  }

  /** The region in which it plays now; null: in none. */
  get playsIn(): string | null {
    return this.#client?.isSeated === true ? this.#regionId : null;
  }

  get rttMs(): number | null {
    return this.#client?.rttMs ?? null;
  }

  get sessionId(): string {
    return this.#client?.seat.sessionId ?? '';
  }

  get state(): Schema | null {
    return this.#client?.state ?? null;
  }

  get inputFields(): readonly InputField[] {
    return this.#client?.inputFields ?? [];
  }

  want(isWanted: boolean): void {
    this.#isWanted = isWanted;
    if (!isWanted) this.#leave();
  }

  sendInput(values: Readonly<Record<string, number | boolean>>): void {
    this.#client?.sendInput(values);
  }

  /** The arena takes inputs only. */
  sendAction(): void {}

  step(): void {
    if (this.#client?.isSeated === true) this.#mind.step(this);
  }

  /** Once a second: looks after its seat, or for one. @returns whether it tries to join now */
  lookAround(): boolean {
    const nowMs = performance.now();
    const client = this.#client;
    if (client === null || client.hasEnded) {
      this.#client = null;
      if (!this.#isWanted || this.#isJoining || nowMs < this.#notBeforeMs) return false;
      void this.#join();
      return true;
    }
    client.checkLink();
    client.ping();
    if (client.isSeated) this.#lastSeatedMs = nowMs;
    if (this.#shouldMove(client, nowMs)) this.#leave();
    return false;
  }

  #shouldMove(client: FollowingClient, nowMs: number): boolean {
    const isOpen = this.#regionId !== null && this.#roads.isOpen(this.#regionId);
    if (!client.isSeated) {
      return nowMs - this.#lastSeatedMs > (isOpen ? LONG_PATIENCE_MS : PATIENCE_MS);
    }
    const nearest = this.#roads.nearestOpen(this.home);
    return nearest !== null && nearest !== this.#regionId && Math.random() < HOMESICKNESS;
  }

  #leave(): void {
    this.#client?.leave();
    this.#client = null;
  }

  async #join(): Promise<void> {
    const regionId = this.#roads.nearestOpen(this.home);
    this.#notBeforeMs = performance.now() + TRY_AGAIN_MS * (0.5 + Math.random() / 2);
    if (regionId === null) return;
    this.#isJoining = true;
    try {
      const frontDoor = await this.#roads.door(this.home, regionId);
      const endpoint = new URL(`http://${frontDoor}`);
      const { accessToken } = await signInAsGuest(endpoint, `Bot ${this.index}`);
      const client = await FollowingClient.join(
        {
          ...{ frontDoor, accessToken, roomName: ROOM, decodes: this.#decodes },
          joinOptions: arena.joinOptions(this.index),
        },
        { onSeated: nothing, onPatch: nothing, onDropped: nothing, onEnded: nothing },
      );
      this.#client = client;
      this.#regionId = regionId;
      this.#lastSeatedMs = performance.now();
      // Wanted no more while it was on its way.
      if (!this.#isWanted) this.#leave();
    } catch {
      // Refused, cut off, or full: tried again, perhaps elsewhere.
    } finally {
      this.#isJoining = false;
    }
  }
}

function nothing(): void {}
