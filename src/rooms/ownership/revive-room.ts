import type { Client } from '@colyseus/core';
import type { Revival } from '../failover/revival.ts';
import { RevivalError } from '../failover/revival-error.ts';
import { internals } from '../guards/room-internals.ts';
import type { ListingRecord, RoomSnapshot } from '../journal/journal-meta.ts';
import type { SeatLedger } from '../journal/seat-ledger.ts';
import type { RoomTimers } from '../timers/room-timers.ts';
import { holdSeats } from './held-seats.ts';
import { clearSeatTimeouts } from './release-room.ts';
import type { SurvivalHost } from './survival-host.ts';

// How a room that Colyseus has just made becomes the one that its journal tells of:
//
//   guardRevival ──▶ onCreate ──▶ reviveRoom ──▶ its own journal, under its own epoch ──▶ reserveAgain ──▶ joinable

type Room = SurvivalHost['room'];

/** Who could not take his seat while nobody ran the room has this long at least: a client's try to connect, and the pause before it. */
const LEAST_RESERVED_S = 5;

/**
 * Until the room lives, its end is no end to the game, and seats that it holds are held elsewhere or nowhere.
 *
 * @returns ends that
 */
export function guardRevival(room: Room): () => void {
  const { onDispose } = room;
  const events = internals(room)._events;
  room.onDispose = () => room.onRelease?.();
  const forgetSeats = () => clearSeatTimeouts(room);
  events.once('dispose', forgetSeats);
  return () => {
    // Undefined as before, not deleted: a deleted property turns the room into a hash table for V8.
    Object.assign(room, { onDispose });
    events.off('dispose', forgetSeats);
  };
}

/**
 * State, clock, timers, what the game adds, and the seats.
 *
 * @returns the clients that stand for those who are waited for
 * @throws {RevivalError} when this build cannot make the room from that journal, or the game's `onRestore` throws
 */
export async function reviveRoom(
  { room, state, services, config }: SurvivalHost,
  { snapshot, entries }: Revival,
  { timers, ledger }: { readonly timers: RoomTimers; readonly ledger: SeatLedger },
): Promise<readonly Client[]> {
  const obstacle = state.obstacle();
  if (obstacle !== null) throw new RevivalError(obstacle, { reason: 'restore-failed' });
  if (state.fingerprint() !== snapshot.schema) {
    throw new RevivalError('The state was written by a build with another schema.', {
      reason: 'schema-unknown',
    });
  }
  state.revive(entries);
  const nowMs = services.lease.clusterNowMs();
  // The room's clock went on while nobody ran it; never back, whatever the clocks of the machines say.
  const awayMs = Math.max(0, nowMs - snapshot.atMs);
  room.clock.tick();
  room.clock.elapsedTime = snapshot.elapsedMs + awayMs;
  timers.load(snapshot.timers);
  restoreListing(room, snapshot.listing, snapshot.seats.length);
  ledger.load(snapshot.seats, snapshot.reservations);
  try {
    await room.onRestore?.(snapshot.game);
  } catch (error) {
    throw new RevivalError('onRestore failed.', { reason: 'restore-failed', cause: error });
  }
  return holdSeats(room, snapshot.seats, {
    nowMs,
    holdSeconds: config.seatHoldMs / 1_000,
    views: state.reviveViews(snapshot.viewHistory),
  });
}

/** Promises again the seats that were promised and not taken, and locks the room if the game had. */
export async function reserveAgain(
  { room, services }: SurvivalHost,
  { reservations, listing }: RoomSnapshot,
): Promise<void> {
  const nowMs = services.lease.clusterNowMs();
  for (const { sessionId, options, auth, untilMs } of reservations) {
    const seconds = Math.max(LEAST_RESERVED_S, (untilMs - nowMs) / 1_000);
    await internals(room)._reserveSeat(sessionId, options, auth, seconds);
  }
  // After the seats: a room that is full locks itself, and only Colyseus can say that it did.
  const { maxClients } = room;
  room.maxClients = maxClients;
  if (listing.locked) await room.lock();
}

function restoreListing(room: Room, listing: ListingRecord, seats: number): void {
  const { maxClients, locked: _, ...rest } = listing;
  room.maxClients = maxClients ?? Number.POSITIVE_INFINITY;
  Object.assign(internals(room)._listing, rest, { clients: seats });
}
