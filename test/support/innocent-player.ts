import { Client, type Room } from '@colyseus/sdk';
import { expect } from 'vitest';
import { eventually } from './eventually.ts';
import { MoveInput, STEP_HZ } from './field-simulation.ts';
import type { MeridianProcess } from './start-meridian.ts';

/** A step of 50 ms may be late on a busy machine; twenty of them in a row are a room that stood still. */
const LONGEST_GAP_MS = 1_000;

interface FieldState {
  readonly ticks: number;
  readonly walkers: ReadonlyMap<string, { readonly x: number }>;
}

/**
 * Somebody who plays on with Colyseus' own SDK while others misbehave in his room. He walks with every step, and keeps
 * book of what he notices.
 */
export class InnocentPlayer implements AsyncDisposable {
  readonly room: Room<unknown, FieldState>;
  readonly #sessionId: string;
  readonly #noticed: string[] = [];
  readonly #walking: NodeJS.Timeout;
  #lastPatchMs = performance.now();
  #lastTick = 0;
  #longestGapMs = 0;
  #patches = 0;

  static async join(node: MeridianProcess): Promise<InnocentPlayer> {
    const client = new Client(node.url);
    client.auth.token = (await node.signIn('Innocent')).accessToken;
    const room = await client.joinOrCreate<FieldState>('field');
    await eventually(() => room.state.walkers?.has(room.sessionId), { withinMs: 5_000 });
    return new InnocentPlayer(room as Room<unknown, FieldState>);
  }

  private constructor(room: Room<unknown, FieldState>) {
    this.room = room;
    this.#sessionId = room.sessionId;
    this.#lastTick = room.state.ticks;
    room.onStateChange(({ ticks }) => this.#onPatch(ticks));
    room.onError((code, message) => this.#noticed.push(`error ${code} ${message}`));
    room.onDrop((code) => this.#noticed.push(`drop ${code}`));
    room.onLeave((code) => this.#noticed.push(`leave ${code}`));
    room.onMessage('*', () => undefined);
    const input = room.input({ type: MoveInput, mode: 'reliable' });
    this.#walking = setInterval(() => {
      input.data.direction = 1;
      input.send();
    }, 1_000 / STEP_HZ);
  }

  get roomId(): string {
    return this.room.roomId;
  }

  /** Steps the room has run. */
  get tick(): number {
    return this.#lastTick;
  }

  /** How far he has walked. */
  get x(): number {
    return this.room.state.walkers.get(this.#sessionId)?.x ?? Number.NaN;
  }

  /** How far somebody else has. */
  xOf(sessionId: string): number {
    return this.room.state.walkers.get(sessionId)?.x ?? Number.NaN;
  }

  /** Nothing that happened since the last call has touched him; waits for patches, so that there was something to see. */
  async expectUndisturbed(): Promise<void> {
    const [seen, walked] = [this.#patches, this.x];
    await eventually(() => this.#patches >= seen + 3 && this.x > walked, { withinMs: 5_000 });
    expect(this.#noticed).toEqual([]);
    expect(this.room.sessionId).toBe(this.#sessionId);
    expect(this.#longestGapMs).toBeLessThan(LONGEST_GAP_MS);
    this.#longestGapMs = 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#walking);
    await this.room.leave();
  }

  #onPatch(tick: number): void {
    const nowMs = performance.now();
    this.#longestGapMs = Math.max(this.#longestGapMs, nowMs - this.#lastPatchMs);
    // A lost or doubled patch would show here. Steps that caught up share a patch.
    if (tick <= this.#lastTick) this.#noticed.push(`tick ${tick} after ${this.#lastTick}`);
    this.#lastPatchMs = nowMs;
    this.#lastTick = tick;
    this.#patches++;
  }
}
