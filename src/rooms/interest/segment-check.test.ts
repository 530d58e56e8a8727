import { expect, test, vi } from 'vitest';
import type { Logger } from '../../telemetry/logger.ts';
import { SegmentBook } from './segment-book.ts';
import { SegmentCheck } from './segment-check.ts';

function checked(play?: () => void) {
  const error = vi.fn();
  const check = new SegmentCheck({ error } as unknown as Logger, play);
  return { check, error };
}

test('[IN-6] segments work with the @colyseus/schema that is installed', () => {
  const { check, error } = checked();
  expect(check.works).toBe(true);
  expect(error).not.toHaveBeenCalled();
});

test('[IN-6] where they do not, the log says so once, and rooms do without', () => {
  // As if a change had been lost on the way.
  const take = vi.spyOn(SegmentBook.prototype, 'take').mockImplementation((tree) => {
    return tree.ref.constructor.name === 'SegmentCheckPoint';
  });
  try {
    const { check, error } = checked();
    expect([check.works, check.works]).toEqual([false, false]);
    expect(error).toHaveBeenCalledTimes(1);
    expect(error.mock.calls[0]?.[1]).toContain('segments do not work');
  } finally {
    take.mockRestore();
  }
});
