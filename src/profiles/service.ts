import { randomUUID } from 'node:crypto';
import { GameError } from '../errors/game-error.ts';
import type { ProfilePatchRequest } from '../protocol/rest.ts';
import { type Clock, systemClock } from '../shared/clock.ts';
import { parse } from '../transport/http/parse.ts';
import { followMoves } from './act-on-player.ts';
import type { PlayerProfiles, PlayerRegistry, Profile, ProfileRef } from './contract.ts';
import { findPlayerDataIssue, mergePlayerData } from './player-data.ts';
import { type ProfileRecord, profileOf } from './profile-record.ts';
import { type ProfileChange, ProfileRepository } from './profile-repository.ts';
import type { ProfileStorage } from './profile-store.ts';
import { ProfileWriter } from './profile-writer.ts';
import { NamedPlayer, StatisticAdditions } from './schemas.ts';

/** Profiles as the rest of the node uses them. */
export interface ProfileService extends PlayerProfiles, PlayerRegistry {
  /**
   * Applies what the owner sent: `data` merged key by key, null removes.
   *
   * @throws {GameError} `PROFILE_UNKNOWN`, `REVISION_STALE`, `PROFILE_LEASED`, `BAD_REQUEST` when the merged data is over the
   *   limits
   */
  patch(playerId: string, patch: ProfilePatchRequest): Promise<Profile>;
  /** Resolves when the store answers; for readiness. */
  ping(): Promise<void>;
}

export function createProfileService({
  storage,
  regionId,
  clock = systemClock,
}: {
  readonly storage: ProfileStorage;
  /** Region of this node: home of the players it creates, and where players are looked for first. */
  readonly regionId: string;
  readonly clock?: Clock;
}): ProfileService {
  const writer = new ProfileWriter({ storage, clock });
  const repository = new ProfileRepository({ storage, writer, clock, newToken: randomUUID });

  const here = (playerId: string): ProfileRef => ({ playerId, homeRegion: regionId });

  const read = async (playerId: string): Promise<ProfileRecord | null> =>
    (await repository.read(here(playerId))) ?? (await repository.find(playerId));

  /** Acts on a profile wherever it is: most are of this region, the others say where they are. */
  const act = async (
    playerId: string,
    action: (ref: ProfileRef) => Promise<ProfileRecord>,
  ): Promise<Profile> => profileOf(await followMoves(here(playerId), action));

  return {
    async create(player) {
      const { displayName } = parse(NamedPlayer, player);
      return profileOf(await repository.create({ ...here(player.playerId), displayName }));
    },
    async read(playerId) {
      const record = await read(playerId);
      return record === null ? null : profileOf(record);
    },
    ping: () => storage.profiles.ping(),

    async patch(playerId, { ifRevision, displayName, data }) {
      const current = await read(playerId);
      if (!current) throw new GameError('PROFILE_UNKNOWN', { playerId });
      if (current.revision !== ifRevision) {
        throw new GameError('REVISION_STALE', { ifRevision, revision: current.revision });
      }
      const change: ProfileChange = {
        ...(displayName === undefined ? {} : { displayName }),
        ...(data === undefined ? {} : { data: mergeWithinLimits(current, data) }),
      };
      // The store compares the revision again: a write that came in between wins, and this one is stale.
      return await act(playerId, (ref) => repository.update(ref, change, { ifRevision }));
    },

    async addStatistics(playerId, additions) {
      const checked = parse(StatisticAdditions, additions);
      return await act(playerId, (ref) => repository.addStatistics(ref, checked));
    },
  };
}

function mergeWithinLimits(
  current: ProfileRecord,
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
