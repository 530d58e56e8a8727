import { Protocol } from '@colyseus/sdk';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { INPUT_BUNDLE_CODE } from '../../src/protocol/index.ts';
import { InputBundler, inputsPerFrame } from './input-bundler.ts';

const STEP_MS = 1_000 / 60;
const MESSAGE = Uint8Array.of(Protocol.ROOM_DATA, 1);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A client that sends, and the frames that left. */
class Hand {
  readonly left: number[][] = [];
  readonly bundler = new InputBundler({
    send: (frame) => void this.left.push([...frame]),
    nowMs: () => Date.now(),
  });

  constructor(rateHz: number | null = 60, mostInputs = 64) {
    this.bundler.joined(mostInputs);
    this.bundler.stepsAt(rateHz ?? undefined);
  }

  /** As Colyseus' handle and our socket send. */
  input(values: Readonly<Record<string, unknown>>, ...body: readonly number[]): void {
    this.frame(Uint8Array.of(Protocol.ROOM_INPUT_RELIABLE, ...body));
    this.bundler.sent(values);
  }

  frame(frame: Uint8Array): void {
    if (!this.bundler.hold(frame)) this.left.push([...frame]);
  }

  /** So many inputs, a step apart, of which nothing changes. */
  hold(count: number): void {
    for (let i = 0; i < count; i++) {
      vi.advanceTimersByTime(STEP_MS);
      this.input({ x: 1 });
    }
  }

  /** How many inputs were in each frame. */
  get counts(): number[] {
    return this.left.map((frame) => {
      if (frame[0] !== INPUT_BUNDLE_CODE) return -(frame[0] as number);
      let count = 0;
      for (let at = 1; at < frame.length; at += 1 + ((frame[at] as number) & 0x7f)) count += 1;
      return count;
    });
  }
}

describe('[IP-1] inputs that share a frame', () => {
  test.each([
    [10, 1],
    [20, 1],
    [30, 2],
    [60, 3],
    [128, 3],
  ])('at %i steps a second: %i', (rateHz, count) => {
    expect(inputsPerFrame(rateHz)).toBe(count);
  });

  test('what goes on leaves three at a time, in the bytes that the handle made', () => {
    const hand = new Hand();
    hand.input({ x: 1 }, 0x80, 7);
    hand.hold(6);
    expect(hand.counts).toEqual([1, 3, 3]);
    expect(hand.left[0]).toEqual([INPUT_BUNDLE_CODE, 2, 0x80, 7]);
    expect(hand.left[1]).toEqual([INPUT_BUNDLE_CODE, 0, 0, 0]);
  });

  test('a stamp is marked', () => {
    const hand = new Hand();
    hand.frame(Uint8Array.of(Protocol.ROOM_INPUT_RELIABLE | 0x80, 5, 0x80, 7));
    hand.bundler.sent({ x: 1 });
    expect(hand.left).toEqual([[INPUT_BUNDLE_CODE, 0x83, 5, 0x80, 7]]);
  });

  test.each([
    ['a server that has not said that it reads them', 60, 1],
    ['a room without fixed steps', null, 64],
    ['a room of twenty steps a second', 20, 64],
  ])('not for %s', (_, rateHz, mostInputs) => {
    const hand = new Hand(rateHz, mostInputs);
    hand.input({ x: 1 });
    hand.hold(3);
    // The first frame tells a server that reads bundles that there is somebody to tell of his pace.
    const first = mostInputs > 1 ? 1 : -Protocol.ROOM_INPUT_RELIABLE;
    expect(hand.counts).toEqual([first, ...Array(3).fill(-Protocol.ROOM_INPUT_RELIABLE)]);
  });

  test('what is too long for a bundle leaves alone, in its order', () => {
    const hand = new Hand();
    hand.input({ x: 1 });
    hand.hold(1);
    hand.input({ x: 1 }, ...Array(130).fill(0));
    expect(hand.counts).toEqual([1, 1, -Protocol.ROOM_INPUT_RELIABLE]);
  });

  test('a frame is never longer than servers read the short way', () => {
    const hand = new Hand();
    hand.input({ x: 1 });
    for (let i = 0; i < 3; i++) hand.input({ x: 1 }, ...Array(60).fill(0));
    expect(hand.left.map((frame) => frame.length)).toEqual([2, 123]);
    expect(hand.counts).toEqual([1, 2]);
  });
});

describe('[IP-2] inputs that do not wait', () => {
  test('the first after a pause', () => {
    const hand = new Hand();
    hand.input({ x: 1 });
    hand.hold(3);
    vi.advanceTimersByTime(5 * STEP_MS);
    hand.input({ x: 1 });
    expect(hand.counts).toEqual([1, 3, 1]);
  });

  test('one in which something begins; what goes on changing is no beginning', () => {
    const hand = new Hand();
    hand.input({ aim: 0, fire: false });
    vi.advanceTimersByTime(200);
    for (let i = 1; i <= 7; i++) {
      hand.input({ aim: i, fire: false });
      vi.advanceTimersByTime(STEP_MS);
    }
    expect(hand.counts).toEqual([1, 1, 3, 3]);
    hand.input({ aim: 8, fire: true });
    expect(hand.counts).toEqual([1, 1, 3, 3, 1]);
  });

  test('those that wait when something else leaves: before it', () => {
    const hand = new Hand();
    hand.input({ x: 1 });
    hand.hold(2);
    hand.frame(MESSAGE);
    expect(hand.counts).toEqual([1, 2, -Protocol.ROOM_DATA]);
  });

  test('nothing waits for longer than the steps of a frame', () => {
    const hand = new Hand();
    hand.input({ x: 1 });
    hand.hold(1);
    vi.advanceTimersByTime(3 * STEP_MS + 1);
    expect(hand.counts).toEqual([1, 1]);
  });

  test('what was held when the connection broke is forgotten: it is sent again by its values', () => {
    const hand = new Hand();
    hand.input({ x: 1 });
    hand.hold(2);
    hand.bundler.clear();
    vi.advanceTimersByTime(1_000);
    hand.bundler.joined(1);
    hand.input({ x: 1 });
    expect(hand.counts).toEqual([1, -Protocol.ROOM_INPUT_RELIABLE]);
  });
});
