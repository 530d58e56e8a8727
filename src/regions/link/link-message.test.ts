import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { formatLinkId, parseLinkId } from './link-id.ts';
import {
  defineLinkKind,
  encodeLinkMessage,
  isExpired,
  LINK_MESSAGE_LIMIT_BYTES,
  parseLinkMessage,
} from './link-message.ts';
import { makeUlid } from './ulid.ts';

const message = { kind: 'ticket-offer', id: makeUlid(1), atMs: 5, body: { n: 1 } };

function textOf(sent: Parameters<typeof encodeLinkMessage>[0]): string | null {
  const encoded = encodeLinkMessage(sent);
  return encoded.ok ? encoded.text : null;
}

test('[RL-1] what is sent is what arrives', () => {
  const times = fc.integer({ min: 0, max: 2 ** 48 - 1 });
  fc.assert(
    fc.property(
      times,
      fc.option(times, { nil: undefined }),
      fc.jsonValue(),
      (atMs, until, body) => {
        const sent = { kind: 'news-1', id: makeUlid(atMs), atMs, body };
        const whole = until === undefined ? sent : { ...sent, expiresAtMs: until };
        expect(parseLinkMessage(textOf(whole) ?? '')).toEqual(JSON.parse(JSON.stringify(whole)));
      },
    ),
  );
});

test.each([
  ['torn', JSON.stringify(message).slice(0, -1)],
  ['no object', '[1]'],
  ['without an id', JSON.stringify({ ...message, id: undefined })],
  ['with an id that is no ULID', JSON.stringify({ ...message, id: 'x'.repeat(26) })],
  ['of a kind with a space', JSON.stringify({ ...message, kind: 'a b' })],
  ['sent at no time', JSON.stringify({ ...message, atMs: 'now' })],
  ['expiring at half a millisecond', JSON.stringify({ ...message, expiresAtMs: 0.5 })],
  ['too large', JSON.stringify({ ...message, body: 'x'.repeat(LINK_MESSAGE_LIMIT_BYTES) })],
])('[RL-14] an envelope that is %s is no message', (_what, text) => {
  expect(parseLinkMessage(text)).toBeNull();
});

test('[RL-14] a newer build may say more', () => {
  expect(parseLinkMessage(JSON.stringify({ ...message, priority: 3 }))).toEqual(message);
});

test('[RL-3] the limit counts bytes, not letters', () => {
  const filled = (letter: string, count: number) => ({ ...message, body: letter.repeat(count) });
  const overhead = Buffer.byteLength(JSON.stringify(filled('x', 0)));
  const most = LINK_MESSAGE_LIMIT_BYTES - overhead;
  expect(encodeLinkMessage(filled('x', most)).ok).toBe(true);
  for (const tooLong of [filled('x', most + 1), filled('ß', most / 2 + 1)]) {
    expect(encodeLinkMessage(tooLong)).toEqual({ ok: false, reason: 'too-large' });
  }
});

test.each([
  ['an id that is no ULID', { id: 'mine' }],
  ['a kind no peer would know', { kind: 'My Kind' }],
  ['half a millisecond', { expiresAtMs: 1.5 }],
  ['a number that JSON has not', { body: 1n }],
])('[RL-3] a message with %s is refused where it is sent', (_what, change) => {
  expect(encodeLinkMessage({ ...message, ...change })).toEqual({ ok: false, reason: 'malformed' });
});

test('[RL-6] a message expires at its time, not before; without one never', () => {
  expect(isExpired({ expiresAtMs: 10 }, 9)).toBe(false);
  expect(isExpired({ expiresAtMs: 10 }, 10)).toBe(true);
  expect(isExpired({}, Number.MAX_SAFE_INTEGER)).toBe(false);
});

test('[RL-14] a kind has a name that peers accept', () => {
  const kind = { delivery: 'news', body: z.unknown() } as const;
  expect(() => defineLinkKind({ ...kind, name: 'Tickets!' })).toThrow(TypeError);
  expect(defineLinkKind({ ...kind, name: 'tickets' }).name).toBe('tickets');
});

test('[RL-14] an id is two numbers that are exact', () => {
  const numbers = fc.integer({ min: 0, max: 2 ** 53 - 1 });
  fc.assert(
    fc.property(numbers, numbers, (epoch, sequence) => {
      expect(parseLinkId(formatLinkId({ epoch, sequence }))).toEqual({ epoch, sequence });
    }),
  );
  for (const text of [
    '',
    '1',
    '-1-1',
    '1-',
    '1-x',
    '18446744073709551615-1',
    '9007199254740993-0',
  ]) {
    expect(parseLinkId(text)).toBeNull();
  }
});
