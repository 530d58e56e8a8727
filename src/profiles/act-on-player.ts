import { GameError } from '../errors/game-error.ts';
import type { ProfileRef } from './contract.ts';
import type { ProfileStorage } from './profile-store.ts';

/** How often a profile is followed that moves while it is asked for. */
const MOST_FOLLOWED = 4;

/**
 * Acts on a player of whom only the id is known, wherever his profile is.
 *
 * @returns null when he has none
 */
export async function actOnPlayer<Result>(
  { storage }: { readonly storage: Pick<ProfileStorage, 'directory'> },
  playerId: string,
  action: (ref: ProfileRef) => Promise<Result>,
): Promise<Result | null> {
  const location = await storage.directory.locate(playerId);
  if (location === null) return null;
  try {
    return await followMoves({ playerId, homeRegion: location.homeRegion }, action);
  } catch (error) {
    if (error instanceof GameError && error.code === 'PROFILE_UNKNOWN') return null;
    throw error;
  }
}

/** Acts where the profile is thought to be, and where it is said to have moved. */
export async function followMoves<Result>(
  from: ProfileRef,
  action: (ref: ProfileRef) => Promise<Result>,
): Promise<Result> {
  let ref = from;
  for (let followed = 0; ; followed += 1) {
    try {
      return await action(ref);
    } catch (error) {
      const homeRegion = movedTo(error);
      if (homeRegion === null || followed === MOST_FOLLOWED) throw error;
      ref = { playerId: ref.playerId, homeRegion };
    }
  }
}

/** Where a profile is that was looked for in the wrong region; null: the failure is another one. */
function movedTo(error: unknown): string | null {
  if (!(error instanceof GameError) || error.code !== 'PROFILE_MOVED') return null;
  return String(error.details['homeRegion']);
}
