import { expect, test } from 'vitest';
import { judgeLink } from './link-health.ts';

const LIMITS = { pingAfterSilenceMs: 1_500, deadAfterMs: 5_000 };
const NOW = 100_000;

test.each([
  { silenceMs: 0, unansweredMs: null, health: 'alive', why: 'bytes just came' },
  { silenceMs: 1_499, unansweredMs: null, health: 'alive', why: 'a short pause' },
  { silenceMs: 1_500, unansweredMs: null, health: 'quiet', why: 'silent: ask' },
  {
    silenceMs: 60_000,
    unansweredMs: null,
    health: 'quiet',
    why: 'never dead without having asked',
  },
  { silenceMs: 4_999, unansweredMs: 3_000, health: 'alive', why: 'the deadline has not passed' },
  { silenceMs: 5_000, unansweredMs: 2_500, health: 'dead', why: 'silent and asked in vain' },
  {
    silenceMs: 60_000,
    unansweredMs: 2_499,
    health: 'alive',
    why: 'the ping has had no fair time yet',
  },
  { silenceMs: 100, unansweredMs: 60_000, health: 'alive', why: 'a lost pong, but bytes come' },
] as const)('$health: $why', ({ silenceMs, unansweredMs, health }) => {
  const facts = {
    nowMs: NOW,
    lastByteAtMs: NOW - silenceMs,
    pingSentAtMs: unansweredMs === null ? null : NOW - unansweredMs,
  };
  expect(judgeLink(facts, LIMITS)).toBe(health);
});
