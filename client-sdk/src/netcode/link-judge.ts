import type { QualityLevel } from '../../../src/protocol/index.ts';

/** From here on the room leaves out what a player would miss. */
const POOR_LEVEL = 3;
const POOR_STALL_MS = 100;
/** More than is waited for: the longest delay less an interval or two. */
const POOR_LATENESS_MS = 350;
const POOR_SILENCE_MS = 1_000;
/** Seconds in a row. Quick to warn, slow to take it back: a warning that blinks is worse than none. */
const BAD_SECONDS = 2;
const GOOD_SECONDS = 5;

/** What a second of the link was like. */
export interface LinkSecond {
  readonly level: QualityLevel;
  /** How long there was nothing to draw. */
  readonly stallMs: number;
  /** 95th percentile of how late patches were; null when none came. */
  readonly latenessQ95Ms: number | null;
  /** Since the last frame of any kind; rooms that are silent by nature answer a ping every two seconds. */
  readonly silenceMs: number;
  /** Whether a patch is due all the time: rooms with `defineInput` send one at each step. */
  readonly isSteady: boolean;
}

export interface LinkJudgement {
  readonly isPoor: boolean;
  /** Seconds in a row that spoke against it. */
  readonly doubts: number;
}

export const GOOD_LINK: LinkJudgement = { isPoor: false, doubts: 0 };

/** Whether to warn the player of his link, after one more second of it. */
export function judgeLinkSecond(last: LinkJudgement, second: LinkSecond): LinkJudgement {
  const speaksAgainst = isBad(second) !== last.isPoor;
  if (!speaksAgainst) return { isPoor: last.isPoor, doubts: 0 };
  const doubts = last.doubts + 1;
  const needed = last.isPoor ? GOOD_SECONDS : BAD_SECONDS;
  return doubts < needed ? { isPoor: last.isPoor, doubts } : { isPoor: !last.isPoor, doubts: 0 };
}

function isBad({ level, stallMs, latenessQ95Ms, silenceMs, isSteady }: LinkSecond): boolean {
  return (
    level >= POOR_LEVEL ||
    stallMs > POOR_STALL_MS ||
    (latenessQ95Ms ?? 0) > POOR_LATENESS_MS ||
    (isSteady && silenceMs > POOR_SILENCE_MS)
  );
}
