import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LogBook } from './log-book.ts';

const line = (at: number, more: object = {}) =>
  `${JSON.stringify({ level: 30, time: new Date(at).toISOString(), node: 'n1', region: 'eu', service: 'all', ...more, msg: `line ${at}` })}\n`;

test('[TR-14] the newest lines, the oldest first, by what is asked for', () => {
  const book = new LogBook(100_000);
  book.add(line(1_000, { room: 'duel', roomId: 'r1', traceId: 'abc' }));
  book.add(line(2_000, { level: 50, region: 'us' }));
  book.add('no JSON line\n');
  book.add(line(3_000, { room: 'arena', node: 'n2' }));
  const found = (query: Parameters<LogBook['find']>[0]) => book.find(query).map(({ msg }) => msg);
  expect(found({})).toEqual(['line 1000', 'line 2000', 'line 3000']);
  expect(found({ limit: 1 })).toEqual(['line 3000']);
  expect(found({ level: 40 })).toEqual(['line 2000']);
  expect(found({ node: 'n2' })).toEqual(['line 3000']);
  expect(found({ region: 'us' })).toEqual(['line 2000']);
  expect(found({ room: 'duel' })).toEqual(['line 1000']);
  expect(found({ room: 'r1' })).toEqual(['line 1000']);
  expect(found({ traceId: 'abc' })).toEqual(['line 1000']);
  expect(found({ text: 'LINE 20' })).toEqual(['line 2000']);
  expect(found({ sinceMs: 2_000 })).toEqual(['line 3000']);
});

test('[TR-14] its lines take no more than they may, and the newest stay', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 400 }),
      fc.integer({ min: 200, max: 4_000 }),
      (paddings, mostBytes) => {
        const book = new LogBook(mostBytes);
        const lines = paddings.map((padding, at) => line(at * 1_000, { p: 'x'.repeat(padding) }));
        for (const each of lines) book.add(each);
        expect(book.bytes).toBeLessThanOrEqual(mostBytes);
        const kept = book.find({ limit: 1_000 }).map(({ msg }) => msg);
        const all = lines.filter(({ length }) => length <= mostBytes);
        const newest = kept.length === 0 ? [] : all.slice(-kept.length);
        expect(kept).toEqual(newest.map((each) => (JSON.parse(each) as { msg: string }).msg));
      },
    ),
    { numRuns: 50 },
  );
});
