import { z } from 'zod';
import { GameError } from '../errors/game-error.ts';
import { playerRoute, publicRoute, type Route } from '../transport/http/route.ts';
import type { Profile, Profiles } from './contract.ts';
import { PlayerId, ProfilePatchBody, ProfileReply, PublicProfileReply } from './schemas.ts';

/** REST of profiles: one's own, and the public part of others'. */
export function profileRoutes(
  profiles: Pick<Profiles, 'read' | 'readForDisplay' | 'patch'>,
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
