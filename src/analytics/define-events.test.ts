import { expect, test } from 'vitest';
import { z } from 'zod';
import { BUILT_IN_EVENTS } from './built-in-events.ts';
import type { EventRecorder } from './contract.ts';
import { defineEvents, MOST_FIELDS } from './define-events.ts';

const field = { n: z.number() };

test('[AN-2] an event is its name, version, class and fields', () => {
  const events = defineEvents({
    boss_killed: { version: 3, fields: field },
    aim: { version: 1, class: 'sample', fields: {} },
  });
  expect(events.boss_killed).toMatchObject({ name: 'boss_killed', version: 3, eventClass: 'game' });
  expect(events.aim.eventClass).toBe('sample');
  expect(events.boss_killed.schema.safeParse({ n: 1 }).success).toBe(true);
  for (const other of [{}, { n: '1' }, { n: 1, more: 2 }, { n: Number.NaN }]) {
    expect(events.boss_killed.schema.safeParse(other).success).toBe(false);
  }
});

test.each([
  ['a name in camel case', { bossKilled: { version: 1, fields: field } }],
  ['a name of Meridian’s own', { session_paused: { version: 1, fields: field } }],
  ['no version', { boss_killed: { version: 0, fields: field } }],
  ['half a version', { boss_killed: { version: 1.5, fields: field } }],
  ['a field with a space', { boss_killed: { version: 1, fields: { 'a b': z.number() } } }],
  [
    'too many fields',
    {
      boss_killed: {
        version: 1,
        fields: Object.fromEntries(
          Array.from({ length: MOST_FIELDS + 1 }, (_, at) => [`f${at}`, z.number()]),
        ),
      },
    },
  ],
])('[AN-2] %s is refused when it is declared', (_, specs) => {
  expect(() => defineEvents(specs)).toThrow(TypeError);
});

test.each(['playerId', 'displayName', 'ip', 'email', 'userName', 'accessToken', 'address'])(
  '[AN-40] a field %s says who a player is: it is refused when it is declared',
  (name) => {
    const specs = { boss_killed: { version: 1, fields: { [name]: z.string() } } };
    expect(() => defineEvents(specs)).toThrow(/who a player is/);
  },
);

test('fields are checked by the compiler', () => {
  const events = defineEvents({
    boss_killed: { version: 1, fields: { boss: z.string(), seconds: z.number().optional() } },
  });
  const recorder: EventRecorder = { record: () => {} };
  recorder.record(events.boss_killed, { boss: 'hydra' });
  recorder.record(events.boss_killed, { boss: 'hydra', seconds: 2 });
  // @ts-expect-error a number is no name
  recorder.record(events.boss_killed, { boss: 1 });
  // @ts-expect-error the boss is missing
  recorder.record(events.boss_killed, { seconds: 1 });
  // @ts-expect-error there is no such event
  recorder.record(events.boss_fed, {});
  // @ts-expect-error events are flat
  defineEvents({ boss_killed: { version: 1, fields: { at: z.object({ x: z.number() }) } } });
  expect(Object.keys(BUILT_IN_EVENTS).length).toBeGreaterThanOrEqual(8);
});
