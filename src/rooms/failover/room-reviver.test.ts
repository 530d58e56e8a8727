import { expect, test } from 'vitest';
import { createLogger } from '../../telemetry/logger.ts';
import { RevivalError } from './revival-error.ts';
import { type ReviverDeps, RoomReviver } from './room-reviver.ts';

const CLAIM = { roomId: 'r1', roomName: 'arena', epoch: 7, isLocked: false } as const;

/** @param others - what becomes of a room that is passed on */
function setUp(reason: 'schema-unknown' | 'restore-failed' | 'journal-corrupt', others: boolean) {
  const told: string[] = [];
  const reviver = new RoomReviver({
    journal: {
      read: async () => {
        throw new RevivalError('It cannot be read.', { reason });
      },
    },
    directory: {
      epochOf: () => CLAIM.epoch,
      trialBegan: async () => {},
      trialEnded: async () => {},
      revivalFailed: () => {},
      locate: async () => ({ kind: 'owned', epoch: CLAIM.epoch, nodeId: 'n1' }),
      markLost: async (_roomId: string, why: string) => void told.push(`lost: ${why}`),
    },
    passOn: async ({ roomId }: { readonly roomId: string }) => {
      told.push(`passed on: ${roomId}`);
      return others;
    },
    metrics: { roomRevived: () => {} },
    log: createLogger({ level: 'silent' }),
  } as unknown as ReviverDeps);
  return { told, revive: () => reviver.revive(CLAIM as never) };
}

test.each(['schema-unknown', 'restore-failed'] as const)(
  '[RO-13] a room that this build cannot bring back is given to another one: %s',
  async (reason) => {
    const { told, revive } = setUp(reason, true);
    expect(await revive()).toBe(false);
    expect(told).toEqual(['passed on: r1']);
  },
);

test('[RO-13] it is lost when no other build takes it', async () => {
  const { told, revive } = setUp('schema-unknown', false);
  expect(await revive()).toBe(false);
  expect(told).toEqual(['passed on: r1', 'lost: schema-unknown']);
});

test('[RO-13] what no build can read is lost at once', async () => {
  const { told, revive } = setUp('journal-corrupt', true);
  expect(await revive()).toBe(false);
  expect(told).toEqual(['lost: journal-corrupt']);
});
