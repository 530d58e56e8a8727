import { expect, test } from 'vitest';
import type { ClientInternals } from '../guards/room-internals.ts';
import { InputWait } from './input-wait.ts';

/** No input waits in front of a buffer. */
const NOBODY = () => 0;

/** A client whose inputs wait in its buffer, and the step that takes them. */
function player() {
  const buffer = { size: 0, consumedCount: 0 };
  return {
    client: { _inputBuffer: buffer } as unknown as ClientInternals,
    send: () => {
      buffer.size += 1;
    },
    consume: (count = buffer.size) => {
      buffer.size -= count;
      buffer.consumedCount += count;
    },
  };
}

test('[TM-8] an input waits from its arrival to the flush after the step that took it', () => {
  const wait = new InputWait(NOBODY);
  const { client, send, consume } = player();
  send();
  wait.arrived(client, 100);
  expect(wait.flushed(120)).toBe(null);
  consume();
  expect(wait.flushed(150)).toBe(50);
  expect(wait.flushed(200)).toBe(null);
});

test('[TM-8] an input waits for those before it', () => {
  const wait = new InputWait(NOBODY);
  const { client, send, consume } = player();
  send();
  send();
  send();
  wait.arrived(client, 100);
  consume(2);
  expect(wait.flushed(150)).toBe(null);
  consume(1);
  expect(wait.flushed(200)).toBe(100);
});

test('[TM-8] an input is followed while it waits in front of the buffer, where a fixed step takes it from', () => {
  let waiting = 0;
  const wait = new InputWait(() => waiting);
  const { client, send, consume } = player();
  waiting = 2;
  wait.arrived(client, 100);
  expect(wait.flushed(120)).toBe(null);
  for (const leftAtMs of [150, 200]) {
    waiting -= 1;
    send();
    consume();
    expect(wait.flushed(leftAtMs)).toBe(leftAtMs === 200 ? 100 : null);
  }
});

test('[TM-8] an input that nobody takes is given up', () => {
  const wait = new InputWait(NOBODY);
  const { client, send, consume } = player();
  send();
  wait.arrived(client, 0);
  expect(wait.flushed(1_999)).toBe(null);
  expect(wait.flushed(2_000)).toBe(null);
  consume();
  send();
  wait.arrived(client, 2_010);
  consume();
  expect(wait.flushed(2_050)).toBe(40);
});

test('[TM-8] an input that was refused, and a room without inputs, are not followed', () => {
  const wait = new InputWait(NOBODY);
  const refused = player();
  wait.arrived(refused.client, 10);
  wait.arrived({} as ClientInternals, 10);
  expect(wait.flushed(50)).toBe(null);
});

test('[TM-8] of the inputs of an interval each is followed now and then', () => {
  const wait = new InputWait(NOBODY);
  const players = Array.from({ length: 10 }, player);
  const waitsMs = new Set<number>();
  for (let flush = 1; flush <= 200; flush++) {
    for (const [index, { client, send }] of players.entries()) {
      send();
      wait.arrived(client, flush * 50 - 50 + index * 5);
    }
    for (const { consume } of players) consume();
    const waitMs = wait.flushed(flush * 50);
    if (waitMs !== null) waitsMs.add(waitMs);
  }
  expect([...waitsMs].sort((a, b) => a - b)).toEqual([5, 10, 15, 20, 25, 30, 35, 40, 45, 50]);
});
