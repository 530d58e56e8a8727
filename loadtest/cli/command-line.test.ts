import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ROOMS_COMMAND } from '../bench/rooms/options.ts';
import { parseCommand, positiveCount } from './command-line.ts';

const COMMAND = {
  usage: 'npm run thing --',
  summary: 'Does a thing.',
  flags: {
    players: { value: 'count', help: 'How many.', schema: positiveCount.default(10) },
    json: { help: 'As JSON.', schema: z.boolean().default(false) },
  },
} as const;

describe('parseCommand', () => {
  test('reads flags and fills in defaults', () => {
    expect(parseCommand(COMMAND, ['--players', '25'])).toEqual({
      kind: 'run',
      values: { players: 25, json: false },
    });
  });

  test('a switch can be negated', () => {
    expect(parseCommand(COMMAND, ['--no-json'])).toMatchObject({ values: { json: false } });
  });

  test.each([
    ['an unknown flag', ['--speed', '3'], "'--speed'"],
    ['a stray word', ['arena'], "'arena'"],
    ['a bad value', ['--players', 'many'], '--players'],
    ['a missing value', ['--players'], '--players'],
  ])('names %s', (_what, argv, named) => {
    const parsed = parseCommand(COMMAND, argv);
    expect(parsed.kind).toBe('mistake');
    if (parsed.kind === 'mistake') expect(parsed.text).toContain(named);
  });

  test('helps', () => {
    const parsed = parseCommand(COMMAND, ['--help']);
    expect(parsed.kind).toBe('help');
    if (parsed.kind === 'help') expect(parsed.text).toContain('--players <count>  How many.');
  });
});

test('bench rooms names the contenders it knows when one is wrong', () => {
  const parsed = parseCommand(ROOMS_COMMAND, ['--contenders', 'meridian,photon']);
  expect(parsed.kind).toBe('mistake');
  if (parsed.kind === 'mistake') expect(parsed.text).toContain('colyseus-input');
});
