import { z } from 'zod';
import { GameError } from '../errors/game-error.ts';
import { playerRoute, publicRoute, type Route } from '../transport/http/route.ts';
import type { Profile, Profiles } from './contract.ts';
import {
  PlayerExportReply,
  PlayerId,
  ProfilePatchBody,
  ProfileReply,
  PublicProfileReply,
  UsernameBody,
  UsernameOwnerReply,
} from './schemas.ts';

/**
 * REST of profiles: one's own, and the public part of others'.
 *
 * @param deletePlayer - deletes a player's profile and everything else that is kept of him
 */
export function profileRoutes(
  profiles: Pick<
    Profiles,
    'read' | 'readForDisplay' | 'patch' | 'takeUsername' | 'findByUsername' | 'exportPlayer'
  >,
  deletePlayer: (playerId: string) => Promise<void>,
): readonly Route[] {
  const requireProfile = async (playerId: string): Promise<Profile> => {
    const profile = await profiles.read(playerId);
    if (!profile) throw new GameError('PROFILE_UNKNOWN', { playerId });
    return profile;
  };

  return [
    playerRoute({
      method: 'get',
      path: '/v1/profiles/me',
      operationId: 'getOwnProfile',
      summary: "The caller's own profile.",
      status: 200,
      reply: ProfileReply,
      errors: ['PROFILE_UNKNOWN'],
      handle: ({ caller }) => requireProfile(caller.playerId),
    }),
    playerRoute({
      method: 'patch',
      path: '/v1/profiles/me',
      operationId: 'patchOwnProfile',
      summary:
        'Changes the own profile if it still has the given revision. Keys of `data` are merged, null removes.',
      body: ProfilePatchBody,
      status: 200,
      reply: ProfileReply,
      errors: ['PROFILE_UNKNOWN', 'REVISION_STALE', 'PROFILE_LEASED'],
      handle: ({ caller, body }) => profiles.patch(caller.playerId, body),
    }),
    playerRoute({
      method: 'post',
      path: '/v1/profiles/me/username',
      operationId: 'takeUsername',
      summary: 'A name that nobody else has in any region, for others to find the player by.',
      body: UsernameBody,
      status: 200,
      reply: ProfileReply,
      errors: ['PROFILE_UNKNOWN', 'USERNAME_TAKEN'],
      handle: ({ caller, body }) => profiles.takeUsername(caller.playerId, body.username),
    }),
    playerRoute({
      method: 'get',
      path: '/v1/profiles/me/export',
      operationId: 'exportPlayer',
      summary: 'Everything that is kept of the caller: profile, sections, and every operation.',
      status: 200,
      reply: PlayerExportReply,
      errors: ['PROFILE_UNKNOWN'],
      handle: ({ caller }) => profiles.exportPlayer(caller.playerId),
    }),
    playerRoute({
      method: 'delete',
      path: '/v1/profiles/me',
      operationId: 'deletePlayer',
      summary: 'Deletes the caller for ever: profile, names, sign-ins, and the link to his events.',
      status: 204,
      errors: [],
      handle: ({ caller }) => deletePlayer(caller.playerId),
    }),
    playerRoute({
      method: 'get',
      path: '/v1/usernames/{username}',
      operationId: 'findByUsername',
      summary: 'Who has a username.',
      params: z.strictObject({ username: z.string() }),
      status: 200,
      reply: UsernameOwnerReply,
      errors: ['NOT_FOUND'],
      handle: async ({ params }) => {
        const playerId = await profiles.findByUsername(params.username);
        if (playerId === null) throw new GameError('NOT_FOUND');
        return { playerId };
      },
    }),
    publicRoute({
      method: 'get',
      path: '/v1/profiles/{playerId}',
      operationId: 'getPublicProfile',
      summary: 'What everybody may know of a player.',
      params: z.strictObject({ playerId: PlayerId }),
      status: 200,
      reply: PublicProfileReply,
      errors: ['PROFILE_UNKNOWN'],
      handle: async ({ params }) => {
        const profile = await profiles.readForDisplay(params.playerId);
        if (!profile) throw new GameError('PROFILE_UNKNOWN', { playerId: params.playerId });
        const { playerId, displayName, statistics } = profile;
        return { playerId, displayName, statistics };
      },
    }),
  ];
}
