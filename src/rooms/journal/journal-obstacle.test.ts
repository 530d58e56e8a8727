import { type Schema, schema, t } from '@colyseus/schema';
import { expect, test } from 'vitest';
import { World } from '../../../test/support/random-world.ts';
import { journalObstacle } from './journal-obstacle.ts';
import { stateFingerprint } from './state-fingerprint.ts';

const make = (type: unknown) => new (type as new () => Schema)();
const Thing = schema({ x: t.number() }, 'Thing');

test('[SV-15] a state of every other kind of field can be journaled', () => {
  expect(journalObstacle(new World())).toBeNull();
});

test.each([
  ['a stream', schema({ things: t.stream(Thing) }, 'A'), 'A.things'],
  ['a streamed map', schema({ things: t.map(Thing).stream() }, 'B'), 'B.things'],
  ['transient objects', schema({ things: t.array(Thing).patchOnly() }, 'C'), 'C.things'],
  ['a transient object', schema({ thing: t.ref(Thing).patchOnly() }, 'D'), 'D.thing'],
  [
    'a stream further down',
    schema({ a: t.map(schema({ things: t.stream(Thing) }, 'Deep')) }, 'E'),
    'Deep.things',
  ],
])('[SV-15] a state with %s cannot, and the field is named', (_what, type, field) => {
  expect(journalObstacle(make(type))).toContain(field);
});

test('[SV-16] the fingerprint is of what the wire means', () => {
  const of = (fields: Parameters<typeof schema>[0]) => stateFingerprint(make(schema(fields, 'S')));
  const one = of({ x: t.uint8(), y: t.string() });
  expect(one).toMatch(/^[0-9a-f]{16}$/);
  expect(of({ x: t.uint8(), y: t.string() })).toBe(one);
  const others = [
    of({ x: t.uint16(), y: t.string() }),
    of({ y: t.string(), x: t.uint8() }),
    of({ x: t.uint8(), z: t.string() }),
    of({ x: t.uint8() }),
    of({ x: t.uint8(), y: t.string(), more: t.array(Thing) }),
    of({ x: t.quantized({ min: 0, max: 1, bits: 8 }), y: t.string() }),
  ];
  expect(new Set([one, ...others]).size).toBe(7);
});
