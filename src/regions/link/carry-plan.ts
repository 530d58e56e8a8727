import { type LinkId, parseLinkId } from './link-id.ts';
import { isExpired } from './link-message.ts';
import { fieldOf, type StreamEntry } from './link-streams.ts';

/**
 * One entry on its way to a peer.
 *
 * - `m`: a message.
 * - `r`: one that the peer had and lost.
 * - `x`: one that is dropped; its number stays.
 * - `h`: the end of a hole in which everything had expired.
 */
export interface CarriedItem {
  readonly sequence: number;
  readonly type: 'm' | 'r' | 'x' | 'h';
  readonly ulid: string;
  readonly envelope: string;
}

/** Entries of one epoch, in order. */
export interface CarriedRun {
  readonly epoch: number;
  /** Up to here the bridge believes that the peer has all of this epoch. */
  readonly after: number;
  readonly items: readonly CarriedItem[];
}

export interface CarryPlan {
  readonly runs: readonly CarriedRun[];
  /** Entries that no link wrote. */
  readonly foreign: number;
  readonly expired: number;
}

/** What the outbox remembers of numbers that are not in it. */
export interface OutboxHoles {
  /** Everything up to this one that is missing had expired, unless it was refused. */
  readonly expired: LinkId | null;
  /** The last one that was refused. */
  readonly refused: LinkId | null;
}

export interface CarryPlace {
  /** The peer has all up to here. */
  readonly cursor: LinkId;
  /** The peer had all up to here once. */
  readonly confirmed: LinkId;
  readonly holes: OutboxHoles;
  /** Wall clock. */
  readonly nowMs: number;
}

/** What to carry of the entries that follow the cursor. */
export function planCarry(
  entries: readonly StreamEntry[],
  { cursor, confirmed, holes, nowMs }: CarryPlace,
): CarryPlan {
  const found = entries.map((entry) => ({ id: parseLinkId(entry.id), item: itemOf(entry, nowMs) }));
  const runs: MutableRun[] = [];
  let at = cursor;
  let expired = found.filter(({ item }) => item === 'expired').length;
  for (const { id, item } of found) {
    // An epoch begins with a message of ours. Without one, numbers of another epoch mean nothing.
    if (id === null || (item === 'foreign' && id.epoch !== at.epoch)) continue;
    const run = runOf(runs, id.epoch, at);
    at = { epoch: id.epoch, sequence: run.items.at(-1)?.sequence ?? run.after };
    const missing = id.sequence - at.sequence - 1;
    if (missing > 0 && isExpiredHole(at, id, holes)) {
      run.items.push(without(id.sequence - 1, 'h'));
      expired += missing;
    }
    const { epoch, sequence } = id;
    const type = epoch === confirmed.epoch && sequence <= confirmed.sequence ? 'r' : 'm';
    run.items.push(typeof item === 'string' ? without(sequence, 'x') : { sequence, type, ...item });
    at = id;
  }
  const foreign = found.filter(({ id, item }) => id === null || item === 'foreign').length;
  return { runs, foreign, expired };
}

interface MutableRun extends CarriedRun {
  readonly items: CarriedItem[];
}

/** The run that an entry of the epoch belongs to: the last one, or a new one. */
function runOf(runs: MutableRun[], epoch: number, at: LinkId): MutableRun {
  const last = runs.at(-1);
  if (last?.epoch === epoch) return last;
  const run = { epoch, after: epoch === at.epoch ? at.sequence : 0, items: [] };
  runs.push(run);
  return run;
}

function without(sequence: number, type: 'x' | 'h'): CarriedItem {
  return { sequence, type, ulid: '', envelope: '' };
}

/** Whether numbers are missing between the entries, or before the first. */
export function hasHoles(entries: readonly StreamEntry[], cursor: LinkId): boolean {
  let at = cursor;
  for (const entry of entries) {
    const id = parseLinkId(entry.id);
    if (id === null) continue;
    const previous = id.epoch === at.epoch ? at.sequence : 0;
    if (id.sequence > previous + 1) return true;
    at = id;
  }
  return false;
}

function itemOf(
  entry: StreamEntry,
  nowMs: number,
): Pick<CarriedItem, 'ulid' | 'envelope'> | 'expired' | 'foreign' {
  const [ulid, envelope] = [fieldOf(entry, 'i'), fieldOf(entry, 'm')];
  if (ulid === undefined || envelope === undefined) return 'foreign';
  const expiresAtMs = Number(fieldOf(entry, 'x') ?? 0);
  return expiresAtMs > 0 && isExpired({ expiresAtMs }, nowMs) ? 'expired' : { ulid, envelope };
}

/** Of a hole that holds something refused the peer is to be told. */
function isExpiredHole(from: LinkId, to: LinkId, { expired, refused }: OutboxHoles): boolean {
  const isInside = expired?.epoch === to.epoch && expired.sequence >= to.sequence - 1;
  return isInside && !(refused?.epoch === to.epoch && refused.sequence > from.sequence);
}
