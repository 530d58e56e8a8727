import { expect, test } from 'vitest';
import { ReplayBuffer } from './replay-buffer.ts';

function bufferOf(entries: string[], limits = { maxEntries: 4, maxBytes: 100 }) {
  const buffer = new ReplayBuffer<string>(limits);
  for (const entry of entries) buffer.push(entry, entry.length);
  return buffer;
}

test.each([
  { processed: 0, sent: ['a', 'b', 'c'] },
  { processed: 1, sent: ['b', 'c'] },
  { processed: 3, sent: [] },
  // A room that counted one that we never sent: its count is the truth.
  { processed: 5, sent: [] },
])('[SV-47] a room that processed $processed of three gets $sent', ({ processed, sent }) => {
  const buffer = bufferOf(['a', 'b', 'c']);
  expect(buffer.takeAfter(processed)).toEqual(sent);
  for (const entry of sent) buffer.push(entry);
  expect(buffer.lastNumber).toBe(Math.max(3, processed));
});

test('[SV-49] both sides count alike again after more was said than is kept', () => {
  const buffer = bufferOf(['a', 'b', 'c', 'd', 'e', 'f']);
  const sent = buffer.takeAfter(1);
  expect(sent).toEqual(['c', 'd', 'e', 'f']);
  for (const entry of sent) buffer.push(entry);
  // The room has counted one and these four.
  expect(buffer.lastNumber).toBe(5);
  buffer.push('g');
  expect(buffer.takeAfter(5)).toEqual(['g']);
});

test('[SV-49] the oldest are forgotten by size, too; the newest never', () => {
  expect(bufferOf(['aaaa', 'bbbb', 'cc'], { maxEntries: 9, maxBytes: 6 }).takeAfter(0)).toEqual([
    'bbbb',
    'cc',
  ]);
  expect(bufferOf(['a', 'too large'], { maxEntries: 9, maxBytes: 6 }).takeAfter(0)).toEqual([
    'too large',
  ]);
});
