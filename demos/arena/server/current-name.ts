import type { Client, Room } from 'meridian';

/** The token is minutes old; the profile knows whether the player has changed his name since. */
export function askForCurrentName(
  room: Pick<Room, 'profiles' | 'log'>,
  { auth: { playerId, displayName } }: Client,
  rename: (name: string) => void,
): void {
  room.profiles.read(playerId).then(
    (profile) => rename(profile?.displayName ?? displayName),
    (error: unknown) => room.log.warn({ err: error, playerId }, 'the name in the token is used'),
  );
}
