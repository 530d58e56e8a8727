import { describe, expect, test } from 'vitest';
import type { EventStream } from '../../src/analytics/event-stream.ts';

export interface OpenStream extends AsyncDisposable {
  readonly stream: EventStream;
}

/** What every `EventStream` does. @param open - an empty stream that holds `mostEvents` */
export function eventStreamContract(
  name: string,
  open: (options: { readonly mostEvents: number }) => Promise<OpenStream>,
): void {
  const lines = (count: number, from = 0) =>
    Array.from({ length: count }, (_, at) => `{"n":${from + at}}`);

  describe(`EventStream: ${name}`, () => {
    test('[AN-10, AN-13] gives what was appended, once, in its order, a part at a time', async () => {
      await using opened = await open({ mostEvents: 100 });
      const { stream } = opened;
      expect(await stream.take(10)).toEqual({ entries: [], redelivered: 0 });
      expect(await stream.append(lines(3))).toEqual({ kind: 'appended', backlog: 3 });
      expect(await stream.append(lines(4, 3))).toEqual({ kind: 'appended', backlog: 7 });
      const first = await stream.take(5);
      const second = await stream.take(5);
      expect([...first.entries, ...second.entries].map(({ line }) => line)).toEqual(lines(7));
      expect(first.redelivered + second.redelivered).toBe(0);
      expect((await stream.take(5)).entries).toEqual([]);
    });

    test('[AN-20] refuses what is more than it may hold, as a whole, until something is acknowledged', async () => {
      await using opened = await open({ mostEvents: 5 });
      const { stream } = opened;
      await stream.append(lines(4));
      expect(await stream.append(lines(2, 4))).toEqual({ kind: 'full', backlog: 4 });
      const { entries } = await stream.take(4);
      // Taken is not written.
      expect(await stream.append(lines(2, 4))).toEqual({ kind: 'full', backlog: 4 });
      const [written] = entries;
      expect(await stream.acknowledge([written?.entryId ?? ''])).toBe(3);
      expect(await stream.append(lines(2, 4))).toEqual({ kind: 'appended', backlog: 5 });
      expect((await stream.take(4)).entries.map(({ line }) => line)).toEqual(lines(2, 4));
    });

    test('acknowledged twice is acknowledged; unknown ids are none of its business', async () => {
      await using opened = await open({ mostEvents: 5 });
      const { stream } = opened;
      await stream.append(lines(2));
      const ids = (await stream.take(2)).entries.map(({ entryId }) => entryId);
      expect(await stream.acknowledge(ids)).toBe(0);
      expect(await stream.acknowledge(ids)).toBe(0);
      await stream.hold(ids);
      expect((await stream.take(2)).entries).toEqual([]);
    });

    test('lines come back as they were, whatever is in them', async () => {
      await using opened = await open({ mostEvents: 5 });
      const { stream } = opened;
      const odd = ['{"text":"é 漢 \\u0000 \\n \\" 🙂"}', ' ', '-- *'];
      await stream.append(odd);
      expect((await stream.take(5)).entries.map(({ line }) => line)).toEqual(odd);
    });
  });
}
