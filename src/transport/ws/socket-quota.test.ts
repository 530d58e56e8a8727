import { describe, expect, test } from 'vitest';
import { SocketQuota } from './socket-quota.ts';

describe('[RM-15] SocketQuota', () => {
  test('admits so many of one address, and others all the same', () => {
    const quota = new SocketQuota(2);
    const taken = [1, 2, 3].map(() => quota.take('192.0.2.1') !== null);
    expect(taken).toEqual([true, true, false]);
    expect(quota.take('192.0.2.2')).not.toBeNull();
  });

  test('a released place is free again, and only once', () => {
    const quota = new SocketQuota(2);
    const release = quota.take('192.0.2.1');
    quota.take('192.0.2.1');
    release?.();
    release?.();
    const taken = [1, 2].map(() => quota.take('192.0.2.1') !== null);
    expect(taken).toEqual([true, false]);
  });
});
