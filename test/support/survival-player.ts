import { randomUUID } from 'node:crypto';
import {
  MemoryStorage,
  MeridianClient,
  type MeridianClientOptions,
  type MeridianRoom,
} from '@meridian/client';
import { eventually } from './eventually.ts';
import type { MeridianRegion } from './meridian-region.ts';
import type { LogLine, MeridianProcess } from './start-meridian.ts';

export interface PlayState {
  readonly words: Iterable<string>;
  readonly actors: ReadonlyMap<string, { readonly name: string; readonly secret?: string }>;
  readonly clockMs: number;
  readonly pid: number;
  readonly alarms: Iterable<number>;
}

export const PATIENCE = { withinMs: 10_000 };

/** A player of the survival tests' game, and what he was told. */
export class Player {
  readonly client: MeridianClient;
  readonly room: MeridianRoom<PlayState>;
  ending: { readonly code: number; readonly reason: string } | null = null;
  readonly drops: number[] = [];
  readonly resentMessages: number[] = [];
  /** The room's clock in the states he got; a state as it was brought back shows that of an earlier step, and is left out. */
  readonly clocksMs: number[] = [];
  #clockOf = 0;

  private constructor(client: MeridianClient, room: MeridianRoom<PlayState>) {
    this.client = client;
    this.room = room;
    room.onLeave((code, reason) => {
      this.ending = { code, reason };
    });
    room.onDrop(({ code }) => this.drops.push(code));
    room.onResume(({ resentMessages }) => this.resentMessages.push(resentMessages));
    room.onStateChange(({ pid, clockMs }) => {
      const isOfBefore = pid === this.#clockOf && clockMs < (this.clocksMs.at(-1) ?? 0);
      this.#clockOf = pid;
      if (!isOfBefore) this.clocksMs.push(clockMs);
    });
  }

  /** Makes a room of his own on that very node. Where rooms go is up to the load: he tries again until it is there. */
  static async make(
    region: MeridianRegion,
    node: MeridianProcess,
    room: string,
    options: Readonly<Record<string, unknown>> = {},
    settings: MeridianClientOptions & { readonly isMember?: boolean } = {},
  ): Promise<Player> {
    const client = new MeridianClient(node.url, { storage: new MemoryStorage(), ...settings });
    if (settings.isMember === true) await client.signInAsGuest();
    for (;;) {
      const title = randomUUID();
      const joined = await client.joinOrCreate<PlayState>(room, { title, ...options });
      if ((await region.ownerOf(joined.roomId)) === node)
        return await Player.#settled(client, joined);
      await joined.leave();
    }
  }

  /** Joins a room, or makes one, wherever it is. */
  static async joinAt(node: MeridianProcess, room: string): Promise<Player> {
    const client = new MeridianClient(node.url, { storage: new MemoryStorage() });
    return await Player.#settled(client, await client.joinOrCreate<PlayState>(room));
  }

  static async #settled(client: MeridianClient, room: MeridianRoom<PlayState>): Promise<Player> {
    const player = new Player(client, room);
    await player.until((state) => state.actors?.has(player.sessionId));
    return player;
  }

  /** Another player comes into his room. @param node - asked for the seat */
  async joinedBy(
    node: MeridianProcess,
    options: Readonly<Record<string, unknown>> = {},
  ): Promise<Player> {
    const client = new MeridianClient(node.url, { storage: new MemoryStorage() });
    return await Player.#settled(client, await client.joinById<PlayState>(this.roomId, options));
  }

  get sessionId(): string {
    return this.room.sessionId;
  }

  get roomId(): string {
    return this.room.roomId;
  }

  get words(): readonly string[] {
    return [...this.room.state.words];
  }

  async until(fact: (state: PlayState) => boolean | undefined): Promise<void> {
    await eventually(() => fact(this.room.state), PATIENCE);
  }

  /** Says something and waits until the room has it. */
  async say(word: string): Promise<void> {
    this.room.send('say', word);
    await this.until(() => this.words.includes(word));
  }

  async ended(): Promise<{ readonly code: number; readonly reason: string }> {
    return await eventually(() => this.ending, PATIENCE);
  }
}

/** Calls of a room's hooks on some nodes, oldest first. */
export function hooksOf(
  nodes: readonly MeridianProcess[],
  roomId: string,
): readonly (LogLine & { readonly hook: string; readonly atMs: number })[] {
  const lines = nodes.flatMap(({ log }) => log) as unknown as ReturnType<typeof hooksOf>;
  return lines
    .filter((line) => line.hook !== undefined && line['roomId'] === roomId)
    .sort((a, b) => a.atMs - b.atMs);
}
