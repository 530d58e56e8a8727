import { expect, test } from 'vitest';
import { z } from 'zod';
import { parseJson } from '../shared/parse-json.ts';
import { BUILT_IN_EVENTS } from './built-in-events.ts';
import { defineEvent } from './define-events.ts';
import type { PendingEvent } from './event-buffer.ts';
import { EventRecord, sealEvent } from './event-record.ts';

const event = defineEvent('said', { version: 2, fields: { word: z.string() } }, 'game');
const source = { regionId: 'eu', nodeId: 'n1' };
const pending = (word: unknown, more: Partial<PendingEvent> = {}): PendingEvent => ({
  ...{ sequence: 7, atMs: 1_000.4, event, about: {} },
  fields: { word: word as string },
  ...more,
});

test('[AN-3] the envelope says what, when, where and whose', () => {
  const about = { room: 'arena', roomId: 'r1', matchId: 'm1', playerId: 'p_1' };
  const sealed = sealEvent(pending('hello', { about }), 'a_1', source);
  expect(sealed.ok && parseJson(EventRecord, sealed.line)).toEqual({
    ...{ format: 1, id: 'n1.7', name: 'said', version: 2, atMs: 1_000 },
    ...{ region: 'eu', node: 'n1', sequence: 7 },
    ...{ player: 'a_1', room: 'arena', roomId: 'r1', matchId: 'm1' },
    fields: { word: 'hello' },
  });
  expect(sealed.ok && sealed.line).not.toContain('p_1');
});

test('[AN-5] what may be recorded twice has one id, for each player', () => {
  const once = (nodeId: string, sequence: number, player: string | null = null) => {
    const sealed = sealEvent(pending('x', { about: { once: 'op-1' }, sequence }), player, {
      regionId: 'eu',
      nodeId,
    });
    return sealed.ok ? parseJson(EventRecord, sealed.line)?.id : null;
  };
  expect(once('n1', 7)).toBe('said.op-1');
  expect(once('n2', 9)).toBe('said.op-1');
  expect(once('n1', 7, 'a_1')).toBe('said.op-1.a_1');
  expect(once('n2', 9, 'a_1')).toBe('said.op-1.a_1');
  expect(once('n1', 8, 'a_2')).toBe('said.op-1.a_2');
});

test.each([
  ['another type', 7, 'word: invalid_type'],
  ['a player’s id', 'ask p_0123456789abcdefghij now', 'word: says who a player is'],
  ['an address', '10.0.0.1', 'word: says who a player is'],
  ['an IPv6 address', '2001:db8::1', 'word: says who a player is'],
])('[AN-2, AN-40] %s is refused, and the problem does not repeat it', (_, word, problem) => {
  expect(sealEvent(pending(word), null, source)).toEqual({ ok: false, problem });
});

test('[AN-40] no event of Meridian’s own has a field that says who a player is', () => {
  const names = Object.values(BUILT_IN_EVENTS).flatMap(({ schema }) =>
    Object.keys((schema as unknown as z.ZodObject).shape),
  );
  expect(names.length).toBeGreaterThan(20);
  for (const name of names) expect(name).not.toMatch(/playerId|name|address|^ip$|email|session/i);
});
