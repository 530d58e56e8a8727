import { GameError } from '../errors/game-error.ts';
import type { ProfilePatchRequest } from '../protocol/rest.ts';
import { parse } from '../transport/http/parse.ts';
import type { PlayerProfiles, PlayerRegistry, Profile } from './contract.ts';
import { findPlayerDataIssue, mergePlayerData } from './player-data.ts';
import type { ProfileChange, ProfileStore } from './profile-store.ts';
import { NamedPlayer, StatisticAdditions } from './schemas.ts';

/** Profiles as the rest of the node uses them. */
export interface ProfileService extends PlayerProfiles, PlayerRegistry {
  /**
   * Applies what the owner sent: `data` merged key by key, null removes.
   *
   * @throws {GameError} `PROFILE_UNKNOWN`, `REVISION_STALE`, `BAD_REQUEST` when the merged data is over the limits
   */
  patch(playerId: string, patch: ProfilePatchRequest): Promise<Profile>;
  /** Resolves when the store answers; for readiness. */
  ping(): Promise<void>;
}

export function createProfileService(deps: { readonly store: ProfileStore }): ProfileService {
  const { store } = deps;
  return {
    async create(player) {
      const { displayName } = parse(NamedPlayer, player);
      return await store.create({ ...player, displayName });
    },
    read: (playerId) => store.read(playerId),
    ping: () => store.ping(),

    async patch(playerId, { ifRevision, displayName, data }) {
      const current = await store.read(playerId);
      if (!current) throw new GameError('PROFILE_UNKNOWN', { playerId });
      if (current.revision !== ifRevision) {
        throw new GameError('REVISION_STALE', { ifRevision, revision: current.revision });
      }
      const change: ProfileChange = {
        ...(displayName === undefined ? {} : { displayName }),
        ...(data === undefined ? {} : { data: mergeWithinLimits(current, data) }),
      };
      // The store compares the revision again: a write that came in between wins, and this one is stale.
      return await store.update(playerId, ifRevision, change);
    },

    async addStatistics(playerId, additions) {
      return await store.addStatistics(playerId, parse(StatisticAdditions, additions));
    },
  };
}

function mergeWithinLimits(
  current: Profile,
  patch: NonNullable<ProfilePatchRequest['data']>,
): Profile['data'] {
  const merged = mergePlayerData(current.data, patch);
  const issue = findPlayerDataIssue(merged);
  if (issue) {
    throw new GameError('BAD_REQUEST', {
      issues: [{ path: ['data', ...issue.path], message: `merged: ${issue.message}` }],
    });
  }
  return merged;
}
