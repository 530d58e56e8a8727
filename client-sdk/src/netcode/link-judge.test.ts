import { expect, test } from 'vitest';
import { GOOD_LINK, judgeLinkSecond, type LinkSecond } from './link-judge.ts';

const GOOD: LinkSecond = {
  level: 0,
  stallMs: 0,
  latenessQ95Ms: 12,
  silenceMs: 20,
  isSteady: true,
};

function judged(seconds: readonly LinkSecond[]): boolean[] {
  let judgement = GOOD_LINK;
  return seconds.map((second) => {
    judgement = judgeLinkSecond(judgement, second);
    return judgement.isPoor;
  });
}

test.each<[string, Partial<LinkSecond>, boolean]>([
  ['all is well', {}, false],
  ['the room sends a little less', { level: 2 }, false],
  ['the room sends little', { level: 3 }, true],
  ['others stood still', { stallMs: 150 }, true],
  ['patches are late', { latenessQ95Ms: 400 }, true],
  ['no patch came', { latenessQ95Ms: null, silenceMs: 1_500 }, true],
  ['a room that is silent by nature', { silenceMs: 1_500, isSteady: false }, false],
])('[NC-11] poor is a link of which nothing better can be expected: %s', (_, second, isPoor) => {
  const bad = { ...GOOD, ...second };
  expect(judged([bad, bad, bad]).at(-1)).toBe(isPoor);
});

test('[NC-11] one bad second is no warning, and a warning lasts five good ones', () => {
  const bad = { ...GOOD, stallMs: 500 };
  expect(judged([bad, GOOD, bad, bad, GOOD, GOOD, bad, GOOD, GOOD, GOOD, GOOD, GOOD])).toEqual(
    [0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 0].map(Boolean),
  );
});
