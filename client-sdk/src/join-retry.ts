import { MeridianError } from './meridian-error.ts';

// A join meets a node that has just died, or a room that is coming back: the seat is asked for again, elsewhere. Nobody is
// there at all when every known address has refused twice; everything else is worth trying until the deadline.

/** What happened to one try of a join. */
export interface FailedJoin {
  readonly error: unknown;
  /** 1 for the first. */
  readonly attempt: number;
  /** Addresses the client could ask. */
  readonly knownAddresses: number;
  /** Whether a server gave a seat in any try so far, or answered at all. */
  readonly hasAnswered: boolean;
  /** Until the deadline, in ms. */
  readonly leftMs: number;
  /** 0 <= random < 1 */
  readonly random: number;
}

/** The server could not serve the join now, and says that it will: a node or a room is coming back, or another one can. */
const PASSING: ReadonlySet<string> = new Set([
  'NETWORK',
  'TIMEOUT',
  'SHUTTING_DOWN',
  'ROOM_RECOVERING',
  'LEASE_LOST',
  'DIRECTORY_UNAVAILABLE',
  'NODE_UNREACHABLE',
  'STORE_UNAVAILABLE',
  'SERVICE_UNAVAILABLE',
]);
const TRIES_OF_SILENT_ADDRESSES = 2;
const QUICK_MS = 100;
const MOST_MS = 2_000;

/**
 * @returns wait until the next try, in ms (full jitter, growing); null when the join has failed
 */
export function nextJoinInMs(failed: FailedJoin): number | null {
  const { error, attempt, knownAddresses, hasAnswered, leftMs, random } = failed;
  if (!(error instanceof MeridianError) || !PASSING.has(error.code)) return null;
  if (!hasAnswered && attempt >= knownAddresses * TRIES_OF_SILENT_ADDRESSES) return null;
  const bound = Math.min(MOST_MS, Math.max(error.retryAfterMs ?? 0, QUICK_MS * 2 ** (attempt - 1)));
  const inMs = Math.floor(random * bound);
  return inMs < leftMs ? inMs : null;
}
