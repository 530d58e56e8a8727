import type { TicketExplanation, TicketWidening } from '@meridian/client';
import { describe, expect, test } from 'vitest';
import type { SearchView } from './search-view.ts';
import {
  accepted,
  elapsedText,
  explanationInWords,
  offerInWords,
  ratingChange,
  searchLine,
  spoken,
  widensLine,
} from './search-words.ts';

const ONE = new Map([['local', 'This machine']]);
const TWO = new Map([
  ['eu', 'Europe'],
  ['us', 'US East'],
]);
const WIDENING: TicketWidening = {
  ...{ step: 0, capMs: 180, skillDistance: 600, regionsTried: 1 },
  nextStepAtMs: 3_000,
};

function searching(
  widening: Partial<TicketWidening> = {},
): Extract<SearchView, { kind: 'searching' }> {
  return {
    ...{ kind: 'searching', startedAtMs: 1_000, widening: { ...WIDENING, ...widening } },
    ...{ widensAtMs: 4_000, expectedAtMs: null },
  };
}

describe('a search in words', () => {
  test.each([
    [{}, ONE, ['Opponents within 600 points of you', 'Up to 180 ms away', 'In this region']],
    [{}, TWO, [expect.any(String), expect.any(String), 'In the region nearest to you']],
    [
      { skillDistance: 2_000, capMs: 186, regionsTried: 3 },
      TWO,
      ['Opponents of any strength', 'Up to 186 ms away', 'In all 2 regions'],
    ],
  ])('says what is accepted: %j', (widening, names, words) => {
    expect(accepted(searching(widening), names)).toEqual(words);
  });

  test('nothing is said of what the server has not told', () => {
    const queued = { ...searching(), widening: null, widensAtMs: null };
    expect(accepted(queued, TWO)).toEqual([]);
    expect(widensLine(queued, 1_000)).toBe('');
    expect(spoken(queued, TWO)).toBe('Looking for an opponent.');
  });

  test.each([
    [searching(), 1_500, 'Accepts more in 3 s.'],
    [searching(), 9_000, 'Accepts more in 1 s.'],
    [searching({ step: 1 }), 3_000, 'Widened once, again in 1 s.'],
    [{ ...searching({ step: 39 }), widensAtMs: null }, 0, 'Widened 39 times: as wide as it gets.'],
  ])('counts down to the next step: %#', (view, nowMs, words) => {
    expect(widensLine(view, nowMs)).toBe(words);
  });

  test('an estimate counts down, and never below nothing', () => {
    const expected = { ...searching(), expectedAtMs: 10_000 };
    expect(searchLine(expected, ONE, 2_500)).toBe(
      'About 8 s more, by how long others have waited.',
    );
    expect(searchLine(expected, ONE, 12_000)).toBe('It may be any moment now.');
  });

  test('a listener is not told of the cap, which grows every second', () => {
    const heard = spoken(searching(), TWO);
    expect(spoken(searching({ capMs: 186, step: 5 }), TWO)).toBe(heard);
    expect(spoken(searching({ regionsTried: 2 }), TWO)).not.toBe(heard);
  });

  test('the end says why, and what the best offer was', () => {
    const reasons = [{ kind: 'skill-too-far', nearestDistance: 812.4, maxDistance: 600 }];
    const bestOffer = { regionId: 'us', players: 2, latencyMs: 122.6, teamGap: 812.4 };
    const view: SearchView = { kind: 'expired', reasons, bestOffer };
    expect(searchLine(view, TWO, 0)).toBe('The nearest opponent is 812 points away.');
    expect(offerInWords(bestOffer, TWO)).toBe(
      'The best there was: a game in US East, 123 ms away, 812 points apart.',
    );
    expect(offerInWords(null, TWO)).toBe('');
    expect(searchLine({ ...view, reasons: [{ kind: 'of a newer server' }] }, TWO, 0)).toBe(
      'No fair match has come together.',
    );
  });

  test('an explanation says when each region opens', () => {
    const explanation: TicketExplanation = {
      ...{ ticketId: 't', waitedMs: 4_000, bestOffer: null },
      reasons: [{ kind: 'nobody-within-latency' }],
      regions: [
        { regionId: 'eu', latencyMs: 20.4, openAtWaitMs: 0 },
        { regionId: 'us', latencyMs: 96, openAtWaitMs: 7_200 },
        { regionId: 'mars', latencyMs: 900, openAtWaitMs: null },
      ],
    };
    expect(explanationInWords(explanation, TWO)).toBe(
      'Nobody else is searching near enough to you. Europe 20 ms, open · US East 96 ms, from 8 s on · mars 900 ms, not searched.',
    );
    expect(explanationInWords(explanation, ONE)).toBe(
      'Nobody else is searching near enough to you.',
    );
  });
});

test.each([
  [1_500, 1_617, 'Rating 1500 → 1617 (+117)'],
  [1_500, 1_383, 'Rating 1500 → 1383 (−117)'],
  [1_500, 1_500, 'Rating 1500 → 1500 (±0)'],
  [1_500, null, 'Your rating was 1500; the new one is on its way.'],
])('a rating of %d that becomes %d', (before, after, words) => {
  expect(ratingChange(before, after)).toBe(words);
});

test.each([
  [0, '0:00'],
  [7_900, '0:07'],
  [65_000, '1:05'],
])('%d ms are %s', (ms, text) => expect(elapsedText(ms)).toBe(text));
