import { expect, test } from 'vitest';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { OwnerLedger, readLedgers } from './owner-ledger.ts';

test('[SO-10] a ledger tells of each room from its first step to its newest, at any moment', async () => {
  await using folder = await temporaryFolder('ledger');
  using ledger = OwnerLedger.open(folder.path);
  const one = ledger.enter('room-one', 0);
  const other = ledger.enter('room-other', 3);
  const overdue = ledger.enter('room-overdue', 1);
  // Entered, and never stepped.
  ledger.enter('room-idle', 0);
  one.stepped(1_000.5);
  other.stepped(2_000);
  one.stepped(3_000);
  other.over(2_000);
  overdue.over(4_000);
  const { pid } = process;
  expect(readLedgers(folder.path)).toEqual([
    { roomId: 'room-one', pid, life: 0, fromMs: 1_000.5, toMs: 3_000, isOver: false },
    { roomId: 'room-other', pid, life: 3, fromMs: 2_000, toMs: 2_000, isOver: true },
    { roomId: 'room-overdue', pid, life: 1, fromMs: 4_000, toMs: 4_000, isOver: true },
  ]);
});
