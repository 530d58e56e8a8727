import { z } from 'zod';
import { type JournalEntry, JournalError } from './journal-entry.ts';

// What a journal keeps beside the state: who sits where, what the game adds, how the room is listed. A checkpoint has all of
// it, a patch what changed since the entry before.

const Seat = z.object({
  sessionId: z.string(),
  /** Short name of the session within this room's journal. */
  slot: z.number().int(),
  /** Colyseus' reconnection token: whoever has it has the seat. */
  token: z.string(),
  /** The token he came back with, which counts too until he is known to have got the new one. */
  earlierToken: z.string().optional(),
  auth: z.unknown().optional(),
  userData: z.unknown().optional(),
  /** Messages and inputs processed since the session began, over all its connections. */
  messages: z.number().int(),
  inputs: z.number().int(),
  /** The player is away; the seat is kept until then (the region's clock). Absent while he is connected. */
  heldUntilMs: z.number().optional(),
});
export type SeatRecord = z.infer<typeof Seat>;

const Reservation = z.object({
  sessionId: z.string(),
  options: z.unknown(),
  auth: z.unknown().optional(),
  untilMs: z.number(),
});
/** A seat that was promised and not taken yet. */
export type SeatReservationRecord = z.infer<typeof Reservation>;

const Timers = z.record(z.string(), z.number());

const Listing = z.object({
  /** By the game; a full room is locked by its seats. */
  locked: z.boolean(),
  private: z.boolean(),
  unlisted: z.boolean(),
  /** null: no limit. */
  maxClients: z.number().nullable(),
  metadata: z.unknown().optional(),
});
export type ListingRecord = z.infer<typeof Listing>;

const Checkpoint = z.object({
  roomName: z.string(),
  /** Of the state's schema: another build may not be able to read the bytes, nor clients that joined under it. */
  schema: z.string(),
  /** What the room was created with. */
  options: z.unknown(),
  listing: Listing,
  seats: z.array(Seat),
  reservations: z.array(Reservation),
  /** Names of running timers and when they are due, on the room's clock. */
  timers: Timers,
  /** What each view sees, by session. */
  views: z.unknown().optional(),
  /** What the game's `onCheckpoint` returned. */
  game: z.unknown().optional(),
});
export type CheckpointMeta = z.infer<typeof Checkpoint>;

const Patch = z.object({
  /** Seats that are new or changed. */
  seats: z.array(Seat).optional(),
  /** Slots of sessions that are gone. */
  gone: z.array(z.number().int()).optional(),
  /** `[slot, messages, inputs, …]`: how much more of each session was processed. */
  counts: z.array(z.number().int()).optional(),
  reservations: z.array(Reservation).optional(),
  /** What the room was created with, as it is by now. */
  options: z.unknown().optional(),
  timers: Timers.optional(),
  views: z.unknown().optional(),
});
export type PatchMeta = z.infer<typeof Patch>;

/** Everything but the state, as of the last entry. */
export interface RoomSnapshot extends CheckpointMeta {
  readonly atMs: number;
  readonly elapsedMs: number;
  readonly nextRefId: number;
  /** Views of the checkpoint, then each change. */
  readonly viewHistory: readonly unknown[];
}

/**
 * Folds the entries of a journal into what is true at their end.
 *
 * @throws {JournalError} `corrupt` when they do not begin with a checkpoint, or say what no room says
 */
export function foldMeta(entries: readonly JournalEntry[]): RoomSnapshot {
  const [first, ...patches] = entries;
  if (first?.kind !== 'checkpoint') {
    throw new JournalError('corrupt', 'A journal begins with a checkpoint.');
  }
  const checkpoint = parseMeta(Checkpoint, first);
  const seats = new Map(checkpoint.seats.map((seat) => [seat.slot, seat]));
  let { options, reservations, timers } = checkpoint;
  const viewHistory = checkpoint.views === undefined ? [] : [checkpoint.views];
  let last = first;
  for (const entry of patches) {
    const patch = parseMeta(Patch, entry);
    applySeats(seats, patch);
    options = patch.options ?? options;
    reservations = patch.reservations ?? reservations;
    timers = patch.timers ?? timers;
    if (patch.views !== undefined) viewHistory.push(patch.views);
    last = entry;
  }
  return {
    ...checkpoint,
    options,
    seats: [...seats.values()],
    reservations,
    timers,
    viewHistory,
    atMs: last.atMs,
    elapsedMs: last.elapsedMs,
    nextRefId: last.nextRefId,
  };
}

function applySeats(seats: Map<number, SeatRecord>, patch: PatchMeta): void {
  for (const slot of patch.gone ?? []) seats.delete(slot);
  for (const seat of patch.seats ?? []) seats.set(seat.slot, seat);
  const counts = patch.counts ?? [];
  for (let i = 0; i + 2 < counts.length; i += 3) {
    const seat = seats.get(counts[i] as number);
    // Of a session that left in the same entry.
    if (seat === undefined) continue;
    seats.set(seat.slot, {
      ...seat,
      messages: seat.messages + (counts[i + 1] as number),
      inputs: seat.inputs + (counts[i + 2] as number),
    });
  }
}

function parseMeta<T extends z.ZodType>(schema: T, entry: JournalEntry): z.output<T> {
  const parsed = schema.safeParse(entry.meta);
  if (parsed.success) return parsed.data;
  throw new JournalError('corrupt', `A ${entry.kind} says what no room says.`, {
    cause: parsed.error,
  });
}
