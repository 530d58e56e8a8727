import { describe, expect, test } from 'vitest';
import { Closers } from './closers.ts';

describe('Closers', () => {
  test('closes last in, first out, one after the other', async () => {
    const closers = new Closers();
    const events: string[] = [];
    for (const name of ['store', 'rooms', 'port']) {
      closers.push(name, async () => {
        events.push(`${name} closes`);
        await Promise.resolve();
        events.push(`${name} closed`);
      });
    }
    await closers.closeAll();
    expect(events).toEqual([
      'port closes',
      'port closed',
      'rooms closes',
      'rooms closed',
      'store closes',
      'store closed',
    ]);
  });

  test('closes the others when one fails, and tells which failed and why', async () => {
    const closers = new Closers();
    const closed: string[] = [];
    closers.push('store', () => void closed.push('store'));
    closers.push('rooms', () => {
      throw new Error('a room hangs');
    });
    closers.push('port', () => Promise.reject(new Error('taken')));
    const failure = await closers.closeAll().catch((error: unknown) => error);
    expect(closed).toEqual(['store']);
    expect(failure).toBeInstanceOf(AggregateError);
    expect((failure as AggregateError).errors).toMatchObject([
      { message: 'closing port failed', cause: { message: 'taken' } },
      { message: 'closing rooms failed', cause: { message: 'a room hangs' } },
    ]);
  });

  test('closes nothing twice', async () => {
    const closers = new Closers();
    let times = 0;
    closers.push('store', () => {
      times++;
    });
    await closers.closeAll();
    await closers.closeAll();
    expect(times).toBe(1);
  });
});
