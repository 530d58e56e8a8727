import { $changes, $refId, Encoder, schema, t } from '@colyseus/schema';
import { describe, expect, test, vi } from 'vitest';
import { EncodeScratch } from '../flow/encode-scratch.ts';
import { type JournalEntry, JournalError } from './journal-entry.ts';
import { reviveState, settleRevivedState } from './revive-state.ts';
import type { Ref } from './schema-internals.ts';
import { StateRecorder } from './state-recorder.ts';

const Gear = schema({ weight: t.uint8().default(1), worn: t.boolean().default(false) }, 'Gear');
const Sword = Gear.extend({ sharp: t.uint8().default(5) }, 'Sword');
const Team = schema(
  {
    name: t.string().default('reds'),
    gear: t.array(Gear),
    note: t.string().optional().patchOnly(),
  },
  'Team',
);
class Arena extends schema(
  {
    team: t.ref(Team),
    other: t.ref(Team).optional(),
    spare: t.ref(Gear),
    points: t.map('uint16'),
    stash: t.map(Gear),
    limit: t.uint8().optional().default(9),
    local: t.number().noSync().default(3),
  },
  'Arena',
) {
  readonly cache = new Map<string, number>();
}

function play(change: (arena: Arena) => void) {
  const arena = new Arena();
  const encoder = new Encoder(arena);
  const recorder = new StateRecorder(() => encoder, new EncodeScratch());
  encoder.discardChanges();
  const entry = (kind: JournalEntry['kind'], state: Uint8Array): JournalEntry => {
    return { kind, state, atMs: 0, elapsedMs: 0, nextRefId: recorder.nextRefId, meta: {} };
  };
  const checkpoint = entry('checkpoint', recorder.checkpoint());
  change(arena);
  const patch = entry('patch', recorder.patch(encoder.encode()).slice());
  return { arena, recorder, entries: [checkpoint, patch] };
}

/** A new room's state, which has an encoder when the journal is read. */
function newRoom(onCreate: (arena: Arena) => void = () => {}) {
  const arena = new Arena();
  const first = new Encoder(arena);
  onCreate(arena);
  return {
    arena,
    first,
    revive(entries: readonly JournalEntry[]) {
      const revived = reviveState(arena, entries);
      const encoder = new Encoder(arena);
      settleRevivedState(encoder, revived, new EncodeScratch());
      return { encoder, ...revived };
    },
  };
}

const treeOf = (object: object) => (object as Ref)[$changes];

describe('reviveState', () => {
  test('[SV-7] keeps the objects and collections that the class made', () => {
    const { entries, arena: old } = play((state) => {
      state.team.name = 'blues';
      state.points.set('ann', 7);
      state.team.gear.push(new Gear());
      state.limit = undefined;
    });
    const { arena, revive } = newRoom((made) => {
      made.points.set('left over', 1);
      made.stash.set('left over', new Gear());
      made.cache.set('kept', 1);
      made.local = 4;
    });
    const { team, points, stash, spare } = arena;
    const { gear } = team;
    revive(entries);
    expect(arena.toJSON()).toEqual(old.toJSON());
    expect([arena.team === team, arena.points === points, arena.stash === stash]).toEqual([
      ...[true, true, true],
    ]);
    expect([arena.spare === spare, arena.team.gear === gear]).toEqual([true, true]);
    expect(arena.limit).toBeUndefined();
    expect([arena.cache.get('kept'), arena.local]).toEqual([1, 4]);
  });

  test('[SV-8] makes what is in collections by its class, shared where it was, and tracked', () => {
    const { entries } = play((state) => {
      const sword = new Sword();
      sword.sharp = 8;
      state.stash.set('sword', sword);
      state.team.gear.push(sword, new Gear());
      state.other = state.team;
      state.spare = new Sword();
    });
    const { arena, revive } = newRoom();
    const { encoder } = revive(entries);
    const sword = arena.stash.get('sword') as InstanceType<typeof Sword>;
    expect(sword).toBeInstanceOf(Sword);
    expect(arena.spare).toBeInstanceOf(Sword);
    expect(arena.team.gear[0]).toBe(sword);
    expect(arena.other).toBe(arena.team);
    expect(encoder.hasChanges).toBe(false);
    sword.sharp = 9;
    expect(encoder.hasChanges).toBe(true);
    expect(encoder.root.refCount[sword[$refId] as number]).toBe(2);
    arena.stash.delete('sword');
    expect(treeOf(sword).root).toBe(encoder.root);
    arena.team.gear.shift();
    expect(treeOf(sword).root).toBeUndefined();
  });

  test('[SV-8] the encoder from before has nothing of it any more', () => {
    const { entries } = play((state) => void state.points.set('ann', 1));
    const { arena, first, revive } = newRoom((made) => void made.points.set('bob', 2));
    const { encoder } = revive(entries);
    arena.team.name = 'greens';
    first.discardChanges();
    expect(first.hasChanges).toBe(false);
    expect(encoder.encode().length).toBeGreaterThan(0);
  });

  test('[SV-8] what the game kept of before and adds again is a new object of the room', () => {
    const { entries } = play((state) => void state.stash.set('a', new Gear()));
    const kept = new Gear();
    const { arena, revive } = newRoom((made) => void made.stash.set('mine', kept));
    const { encoder, nextRefId } = revive(entries);
    arena.stash.set('mine', kept);
    expect(kept[$refId]).toBe(nextRefId);
    expect(encoder.root.changeTrees[nextRefId]).toBe(treeOf(kept));
  });

  test('[SV-10] new ids begin far above those of the journal', () => {
    const { entries, recorder } = play((state) => void state.stash.set('a', new Gear()));
    const { nextRefId, encoder } = newRoom().revive(entries);
    expect(nextRefId).toBeGreaterThan(recorder.nextRefId + 1_000);
    expect((encoder.root as unknown as { nextUniqueId: number }).nextUniqueId).toBe(nextRefId);
  });

  test.each([
    ['no entry', () => []],
    ['no checkpoint', (entries: JournalEntry[]) => entries.slice(1)],
    [
      'a patch of objects that are not there',
      ([checkpoint, patch]: JournalEntry[]) => [
        checkpoint,
        { ...patch, state: Uint8Array.of(255, 100, 128, 1) },
      ],
    ],
    [
      'a patch of fields that are not there',
      ([checkpoint, patch]: JournalEntry[]) => [
        checkpoint,
        { ...patch, state: Uint8Array.of(255, 0, 128 | 40, 1) },
      ],
    ],
    [
      'a patch that is cut',
      ([checkpoint, patch]: JournalEntry[]) => [
        checkpoint,
        { ...patch, state: patch?.state.subarray(0, -1) },
      ],
    ],
  ])('[SV-9] %s is refused, and the state left as it is', (_what, spoil) => {
    for (const level of ['error', 'warn'] as const) vi.spyOn(console, level).mockReturnValue();
    const { entries } = play((state) => void state.stash.set('a', new Gear()));
    const spoilt = spoil(entries) as JournalEntry[];
    const { arena, first } = newRoom((made) => void made.points.set('bob', 2));
    const before = { values: arena.toJSON(), bytes: first.encodeAll().slice() };
    expect(() => reviveState(arena, spoilt)).toThrow(JournalError);
    expect({ values: arena.toJSON(), bytes: first.encodeAll().slice() }).toEqual(before);
  });
});
