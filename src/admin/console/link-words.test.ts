import { expect, test } from 'vitest';
import { linkWords } from './link-words.ts';

test.each([
  [[64, 0, 0, 0, 0], '42 ms, 5% above 88 ms · 6.4 kB/s each'],
  [[61, 2, 0, 0, 1], '42 ms, 5% above 88 ms · 6.4 kB/s each · 3 on less (level 1: 2, 4: 1)'],
])('[TM-9] links in words: %j', (levels, words) => {
  const links = { rttP50Ms: 41.6, rttP95Ms: 88.2, sentBytesPerPlayerPerSecond: 6_420 };
  expect(linkWords({ ...links, levels })).toBe(words);
});
