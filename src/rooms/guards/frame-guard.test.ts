import type { Client } from '@colyseus/core';
import { encode } from '@colyseus/schema';
import { Protocol, ProtocolModifier } from '@colyseus/shared-types';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { LINK_REPORT_CODE } from '../../protocol/link-report.ts';
import { FrameGuard } from './frame-guard.ts';

const LIMITS = {
  messagesPerSecond: 100,
  messagesPerSecondByType: { chat: 2, '7': 3 },
  messagesPerSecondPerType: 10,
};
const RELIABLE = {} as Client;
const WITH_DATAGRAMS = { rawUnreliable: () => {} } as unknown as Client;
const FLOAT64_NAN = [0xcb, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f];

function typed(code: number, type: string | number, ...head: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(200);
  bytes.set([code, ...head]);
  const it = { offset: 1 + head.length };
  if (typeof type === 'string') encode.string(bytes, type, it);
  else encode.number(bytes, type, it);
  return bytes.subarray(0, it.offset);
}

const reasonOf = (guard: FrameGuard, frame: Uint8Array, nowMs = 0, client = RELIABLE) =>
  guard.check(client, frame, nowMs)?.reason ?? 'passes';

/** How many of `count` frames pass before the first that does not. */
function passing(guard: FrameGuard, frame: Uint8Array, count: number, nowMs = 0): number {
  for (let i = 0; i < count; i++) if (guard.check(RELIABLE, frame, nowMs) !== null) return i;
  return count;
}

describe('[RM-2] [RM-3] FrameGuard', () => {
  test.each([
    ['the answer to the handshake', [Protocol.JOIN_ROOM], 'passes'],
    ['a ping', [Protocol.PING], 'passes'],
    ['a goodbye', [Protocol.LEAVE_ROOM], 'passes'],
    ['an input', [Protocol.ROOM_INPUT_RELIABLE, 0x80, 1], 'passes'],
    ['a stamped input', [Protocol.ROOM_INPUT_RELIABLE | ProtocolModifier.TIMED, 1, 0x80], 'passes'],
    ['a message', typed(Protocol.ROOM_DATA, 'chat'), 'passes'],
    ['a message of a numbered type', typed(Protocol.ROOM_DATA, 7), 'passes'],
    ['bytes', typed(Protocol.ROOM_DATA_BYTES, 'chat'), 'passes'],
    ['a request', typed(Protocol.ROOM_REQUEST, 'chat', 5), 'passes'],
    ['a report of a link', [LINK_REPORT_CODE, 1], 'passes'],
    ['nothing', [], 'bad-frame'],
    ['F2', [Protocol.ROOM_INPUT_UNRELIABLE, 0x01, 0xff], 'bad-frame'],
    ['F3', [Protocol.ROOM_INPUT_UNRELIABLE | ProtocolModifier.TIMED, 0xce], 'bad-frame'],
    ['F2 in disguise', [Protocol.ROOM_INPUT_UNRELIABLE | 0x60, 1, 0xff], 'bad-frame'],
    ['code 0', [0], 'bad-frame'],
    ['code 9', [9], 'bad-frame'],
    ['code 23', [23], 'bad-frame'],
    ['code 31', [0xff], 'bad-frame'],
    ['a message without a type', [Protocol.ROOM_DATA], 'bad-frame'],
    ['a type that is NaN', [Protocol.ROOM_DATA, ...FLOAT64_NAN], 'bad-frame'],
    ['a type cut short', [Protocol.ROOM_DATA, 0xcd, 1], 'bad-frame'],
    ['a type without its length', [Protocol.ROOM_DATA, 0xd9], 'bad-frame'],
    ['a type that is nil', [Protocol.ROOM_DATA, 0xc0], 'bad-frame'],
    ['a request without an id', [Protocol.ROOM_REQUEST], 'bad-frame'],
    ['a request with a negative id', typed(Protocol.ROOM_REQUEST, 'chat', 0xff), 'bad-frame'],
    ['a request without a type', [Protocol.ROOM_REQUEST, 5], 'bad-frame'],
  ] as const)('%s', (_what, bytes, outcome) => {
    expect(reasonOf(new FrameGuard(LIMITS, 0), Uint8Array.from(bytes))).toBe(outcome);
  });

  test('a transport with datagrams may use them', () => {
    const frame = Uint8Array.of(Protocol.ROOM_INPUT_UNRELIABLE, 1);
    expect(reasonOf(new FrameGuard(LIMITS, 0), frame, 0, WITH_DATAGRAMS)).toBe('passes');
  });

  test('whatever the bytes, it decides', () => {
    // The schema package says on the console that a string is no UTF-8.
    using _quiet = vi.spyOn(console, 'error').mockImplementation(() => {});
    const code = fc.constantFrom(
      Protocol.ROOM_DATA,
      Protocol.ROOM_DATA_BYTES,
      Protocol.ROOM_REQUEST,
    );
    const frame = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc
        .tuple(code, fc.uint8Array({ maxLength: 40 }))
        .map(([c, rest]) => Uint8Array.of(c, ...rest)),
    );
    fc.assert(
      fc.property(frame, (bytes) => {
        expect(['passes', 'bad-frame']).toContain(reasonOf(new FrameGuard(LIMITS, 0), bytes));
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('[RM-5] FrameGuard', () => {
  test('counts all frames of a client', () => {
    const guard = new FrameGuard(LIMITS, 0);
    expect(passing(guard, Uint8Array.of(Protocol.PING), 1_000)).toBe(100);
    expect(reasonOf(guard, Uint8Array.of(Protocol.PING))).toBe('rate-limited');
    // One token is back after a hundredth of a second.
    expect(passing(guard, Uint8Array.of(Protocol.PING), 1_000, 10)).toBe(1);
  });

  test.each([
    ['a type the room names', typed(Protocol.ROOM_DATA, 'chat'), 2],
    ['a numbered type the room names', typed(Protocol.ROOM_DATA, 7), 3],
    ['any other', typed(Protocol.ROOM_DATA, 'move'), 10],
    ['a type called as a method of every object', typed(Protocol.ROOM_DATA, 'toString'), 10],
    ['requests', typed(Protocol.ROOM_REQUEST, 'chat', 5), 2],
    ['bytes', typed(Protocol.ROOM_DATA_BYTES, 'chat'), 2],
  ])('counts each type for itself: %s', (_what, frame, limit) => {
    const guard = new FrameGuard(LIMITS, 0);
    expect(passing(guard, frame, 1_000)).toBe(limit);
    expect(reasonOf(guard, frame)).toBe('rate-limited');
    expect(reasonOf(guard, typed(Protocol.ROOM_DATA, 'another'))).toBe('passes');
  });

  test('remembers no more types than a game has', () => {
    const guard = new FrameGuard({ ...LIMITS, messagesPerSecond: 1_000 }, 0);
    const outcomes = Array.from({ length: 65 }, (_, i) =>
      reasonOf(guard, typed(Protocol.ROOM_DATA, `type ${i}`)),
    );
    expect(outcomes.indexOf('bad-frame')).toBe(64);
  });
});
