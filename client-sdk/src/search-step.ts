import { ROOM_HAS_ENDED } from './close-reason.ts';
import type { RoomAnswer } from './room-finder.ts';
import type { RoomTarget } from './room-target.ts';

/** What to do next about a room whose connection is down. */
export type SearchStep =
  /** `to` is null for the address that was tried last. */
  | { readonly kind: 'dial'; readonly inMs: number; readonly to: RoomTarget | null }
  | { readonly kind: 'ask-again'; readonly inMs: number }
  | { readonly kind: 'end'; readonly reason: string };

export interface SearchSituation {
  /** Process the connection went to last: it was lost, or did not let us in. */
  readonly processId: string;
  /** Until the backoff allows to dial the same process again, in ms; may be negative. */
  readonly dialInMs: number;
  /** How often in a row the answer was of this kind, this one included. */
  readonly answers: number;
  /** 0 <= random < 1 */
  readonly random: number;
}

const QUICK_ANSWERS = 3;
const QUICK_MS = { least: 50, most: 150 };
/** Some seconds, with the dials between them: a Redis that came back empty hears of its rooms again within these. */
const ENDED_ANSWERS = 5;
/** Between questions to a region that cannot be reached. */
const MOST_BETWEEN_CALLS_MS = 1_000;
const MOST_RETRY_AFTER_MS = 5_000;

/**
 * Decides on an answer of the region.
 *
 * A room that runs elsewhere is dialed at once. One that is said to run where it was lost is dialed after the backoff, as
 * on a single node; until then the region may learn better, so it is asked again. One that is being brought back is not
 * dialed at all: it is asked for. One that the region does not know time and again has ended while nobody looked.
 */
export function nextSearchStep(answer: RoomAnswer, situation: SearchSituation): SearchStep {
  const dialInMs = Math.max(0, situation.dialInMs);
  switch (answer.kind) {
    case 'lost':
      return { kind: 'end', reason: answer.reason };
    case 'recovering':
      return { kind: 'ask-again', inMs: askAgainInMs(situation, answer.retryAfterMs) };
    case 'unknown':
      if (answer.hasEnded && situation.answers >= ENDED_ANSWERS) {
        return { kind: 'end', reason: ROOM_HAS_ENDED };
      }
      return { kind: 'dial', inMs: dialInMs, to: null };
    case 'running':
      if (answer.processId !== situation.processId) return { kind: 'dial', inMs: 0, to: answer };
      break;
    case 'silent':
      break;
  }
  // One that answers waits for news by itself.
  const wishedMs = answer.kind === 'silent' ? MOST_BETWEEN_CALLS_MS : 0;
  const questionInMs = askAgainInMs(situation, wishedMs);
  if (dialInMs > questionInMs) return { kind: 'ask-again', inMs: questionInMs };
  // The process may be the same and its address new.
  return { kind: 'dial', inMs: dialInMs, to: answer.kind === 'running' ? answer : null };
}

/** The first questions come quickly, or we would be what keeps the player waiting; later ones as the region wishes. */
function askAgainInMs({ answers, random }: SearchSituation, wishedMs: number): number {
  const { least, most } = QUICK_MS;
  const bound = Math.min(MOST_RETRY_AFTER_MS, Math.max(most, wishedMs));
  const upper = answers <= QUICK_ANSWERS ? most : bound;
  return Math.floor(least + random * (upper - least));
}
