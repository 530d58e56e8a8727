import { describe, expect, test } from 'vitest';
import { newProfileRecord, type ProfileReader } from './profile-record.ts';
import {
  MOST_SECTIONS,
  type SectionWrite,
  sees,
  visibleSections,
  withSoftSections,
  writeSection,
} from './profile-section.ts';

const empty = newProfileRecord({ playerId: 'p_ann', homeRegion: 'eu', displayName: 'Ann' }, 0);
const write = (changed: Partial<SectionWrite>): SectionWrite => ({
  name: 'loadout',
  value: { weapon: 'bow' },
  mode: { kind: 'blind' },
  writer: 'server',
  ...changed,
});
const open = { readableBy: 'public', writableBy: 'owner' } as const;
const code = (expected: string) => expect.objectContaining({ code: expected });

describe('[PR-4] modes of writing', () => {
  const made = writeSection(empty, write({ mode: { kind: 'create' } }));

  test('create: once', () => {
    expect(made.sections['loadout']).toMatchObject({ revision: 1, value: { weapon: 'bow' } });
    expect(() => writeSection(made, write({ mode: { kind: 'create' } }))).toThrow(
      code('SECTION_EXISTS'),
    );
  });

  test('if-revision: over that revision of the section alone; 0 is none', () => {
    const second = writeSection(
      made,
      write({ mode: { kind: 'if-revision', revision: 1 }, value: {} }),
    );
    expect(second.sections['loadout']).toMatchObject({ revision: 2, value: {} });
    for (const revision of [0, 1, 3]) {
      const stale = write({ mode: { kind: 'if-revision', revision } });
      expect(() => writeSection(second, stale)).toThrow(code('REVISION_STALE'));
    }
    const first = write({ mode: { kind: 'if-revision', revision: 0 } });
    expect(writeSection(empty, first).sections['loadout']?.revision).toBe(1);
  });

  test('blind: over whatever is there', () => {
    const third = [1, 2].reduce((record, n) => writeSection(record, write({ value: { n } })), made);
    expect(third.sections['loadout']).toMatchObject({ revision: 3, value: { n: 2 } });
  });

  test('a name that every object has is no section', () => {
    expect(() =>
      writeSection(empty, write({ name: 'constructor', mode: { kind: 'create' } })),
    ).not.toThrow();
  });

  test('there is an end to sections', () => {
    const names = Array.from({ length: MOST_SECTIONS }, (_, i) => `s${i}`);
    const full = names.reduce((record, name) => writeSection(record, write({ name })), empty);
    expect(() => writeSection(full, write({ name: 'more' }))).toThrow(code('BAD_REQUEST'));
    expect(() => writeSection(full, write({ name: 's0' }))).not.toThrow();
  });
});

describe('[PR-5] who may write', () => {
  test.each([
    ['the server anything', 'server', { readableBy: 'server', writableBy: 'server' }, true],
    ['the owner what is his', 'owner', open, true],
    [
      'the owner not what is the server’s',
      'owner',
      { readableBy: 'owner', writableBy: 'server' },
      false,
    ],
  ] as const)('%s', (_, writer, rules, isAllowed) => {
    const made = writeSection(empty, write({ rules }));
    const act = () => writeSection(made, write({ writer, value: { mine: true } }));
    if (isAllowed)
      expect(act().sections['loadout']).toMatchObject({ ...rules, value: { mine: true } });
    else expect(act).toThrow(code('FORBIDDEN'));
  });

  test('the owner makes no section, and no rules', () => {
    expect(() => writeSection(empty, write({ writer: 'owner' }))).toThrow(code('FORBIDDEN'));
    const made = writeSection(empty, write({ rules: open }));
    expect(() => writeSection(made, write({ writer: 'owner', rules: open }))).toThrow(
      code('FORBIDDEN'),
    );
  });

  test('without rules the server’s section is the owner’s to read, and rules stay', () => {
    const made = writeSection(empty, write({}));
    expect(made.sections['loadout']).toMatchObject({ readableBy: 'owner', writableBy: 'server' });
    const opened = writeSection(made, write({ rules: open }));
    expect(writeSection(opened, write({})).sections['loadout']).toMatchObject(open);
  });
});

describe('[PR-6] who may read', () => {
  test.each<[ProfileReader, ProfileReader, boolean]>([
    ['public', 'public', true],
    ['public', 'owner', false],
    ['public', 'server', false],
    ['owner', 'public', true],
    ['owner', 'owner', true],
    ['owner', 'server', false],
    ['server', 'server', true],
    ['server', 'public', true],
  ])('%s what is readable by %s: %s', (reader, readableBy, expected) => {
    expect(sees(reader, readableBy)).toBe(expected);
    const rules = { readableBy, writableBy: 'server' } as const;
    const record = writeSection(empty, write({ rules }));
    expect(Object.keys(visibleSections(record, reader))).toEqual(expected ? ['loadout'] : []);
  });
});

test('[PR-76] soft sections go over whatever is there; a full profile takes no new one', () => {
  const names = Array.from({ length: MOST_SECTIONS }, (_, n) => `section${n}`);
  const all = new Map(names.map((name) => [name, { n: 1 }]));
  const full = withSoftSections(empty, all);
  expect(full.result).toEqual([]);
  const more = withSoftSections(
    full.record,
    new Map([
      ['section3', { n: 2 }],
      ['one-more', { n: 1 }],
    ]),
  );
  expect(more.result).toEqual(['one-more']);
  expect(more.record.sections['section3']).toMatchObject({ revision: 2, value: { n: 2 } });
  expect(Object.keys(more.record.sections)).toEqual(names);
});
