import { describe, expect, test } from 'vitest';
import type { JournalEntry } from '../../src/rooms/journal/journal-entry.ts';
import type { RoomJournal } from '../../src/rooms/journal/room-journal.ts';
import { eventually } from '../support/eventually.ts';

export interface OpenRoomJournal extends AsyncDisposable {
  readonly journal: RoomJournal;
}

export function entry(kind: JournalEntry['kind'], mark: string): JournalEntry {
  return {
    kind,
    atMs: 1_700_000_000_000,
    elapsedMs: 12.5,
    nextRefId: 7,
    meta: { mark },
    state: new TextEncoder().encode(`state ${mark}`),
  };
}

export async function marksOf(journal: RoomJournal, roomId: string): Promise<unknown> {
  const record = await journal.read(roomId);
  return record?.entries.map(({ kind, meta }) => `${kind} ${String(meta['mark'])}`) ?? null;
}

/** Counts what a writer is told. */
export function listener() {
  return {
    lost: 0,
    ownershipLost(): void {
      this.lost++;
    },
  };
}

/** What every `RoomJournal` promises (docs/spec/survival-state.md). */
export function roomJournalContract(name: string, open: () => Promise<OpenRoomJournal>): void {
  describe(`RoomJournal: ${name}`, () => {
    test('[SV-11] a room nobody wrote is null', async () => {
      await using opened = await open();
      expect(await opened.journal.read('nobody')).toBeNull();
    });

    test('[SV-11] reads back what was written: the newest checkpoint and the patches after it', async () => {
      await using opened = await open();
      const { journal } = opened;
      const writer = journal.open({ roomId: 'r1', epoch: 1 }, listener());
      expect(writer.needsCheckpoint).toBe(true);
      writer.append(entry('patch', 'too early'));
      writer.checkpoint(entry('checkpoint', 'a'));
      expect(writer.needsCheckpoint).toBe(false);
      writer.append(entry('patch', 'b'));
      writer.append(entry('patch', 'c'));
      await writer.settled();
      expect(writer.pendingEntries).toBe(0);
      const record = await journal.read('r1');
      expect(record?.sizeBytes).toBeGreaterThan(0);
      expect(
        record?.entries.map((read) => ({ ...read, state: new Uint8Array(read.state) })),
      ).toEqual([entry('checkpoint', 'a'), entry('patch', 'b'), entry('patch', 'c')]);
      writer.checkpoint(entry('checkpoint', 'd'));
      writer.append(entry('patch', 'e'));
      await writer.settled();
      expect(await marksOf(journal, 'r1')).toEqual(['checkpoint d', 'patch e']);
    });

    test('[SV-11] rooms do not meet, and one that its owner forgets is gone', async () => {
      await using opened = await open();
      const { journal } = opened;
      const writers = ['r1', 'r2'].map((roomId) => {
        const writer = journal.open({ roomId, epoch: 3 }, listener());
        writer.checkpoint(entry('checkpoint', roomId));
        writer.append(entry('patch', `${roomId}!`));
        return writer;
      });
      await Promise.all(writers.map((writer) => writer.settled()));
      await journal.forget({ roomId: 'r1', epoch: 2 });
      expect(await marksOf(journal, 'r1')).toEqual(['checkpoint r1', 'patch r1!']);
      await journal.forget({ roomId: 'r1', epoch: 3 });
      expect(await journal.read('r1')).toBeNull();
      expect(await marksOf(journal, 'r2')).toEqual(['checkpoint r2', 'patch r2!']);
    });

    test('[SV-12] from the next owner’s checkpoint on nothing of the last owner gets in', async () => {
      await using opened = await open();
      const { journal } = opened;
      const [told, fresh] = [listener(), listener()];
      const last = journal.open({ roomId: 'r1', epoch: 1 }, told);
      last.checkpoint(entry('checkpoint', 'old'));
      last.append(entry('patch', 'old'));
      await last.settled();
      const next = journal.open({ roomId: 'r1', epoch: 2 }, fresh);
      last.append(entry('patch', 'old, still the owner'));
      await last.settled();
      next.checkpoint(entry('checkpoint', 'new'));
      await next.settled();
      last.append(entry('patch', 'old, too late'));
      await eventually(() => told.lost === 1, { withinMs: 2_000 });
      last.checkpoint(entry('checkpoint', 'old, much too late'));
      last.append(entry('patch', 'old, much too late'));
      await expect(last.settled()).rejects.toMatchObject({ code: 'LEASE_LOST' });
      next.append(entry('patch', 'new'));
      await next.settled();
      expect(await marksOf(journal, 'r1')).toEqual(['checkpoint new', 'patch new']);
      expect([told.lost, fresh.lost]).toEqual([1, 0]);
    });

    test('[SV-12] a closed writer writes nothing and hears nothing', async () => {
      await using opened = await open();
      const { journal } = opened;
      const told = listener();
      const writer = journal.open({ roomId: 'r1', epoch: 1 }, told);
      writer.checkpoint(entry('checkpoint', 'a'));
      await writer.settled();
      const next = journal.open({ roomId: 'r1', epoch: 2 }, listener());
      next.checkpoint(entry('checkpoint', 'b'));
      await next.settled();
      writer.close();
      writer.append(entry('patch', 'late'));
      writer.checkpoint(entry('checkpoint', 'late'));
      await writer.settled();
      expect(await marksOf(journal, 'r1')).toEqual(['checkpoint b']);
      expect(told.lost).toBe(0);
    });
  });
}
