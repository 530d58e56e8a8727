import { z } from 'zod';
import { nullableField } from '../transport/rpc/rpc-contract.ts';
import type { MatchedPlayer, MatchInfo } from './contract.ts';

// The messages of proto/matchmaking/v1/match.proto.

const Id = z.string().min(1).max(128);

export const SkillField = z.object({ mu: z.number(), sigma: z.number() });

/** Players who are avoided: a list of nobody is no list. */
export const AvoidsField = z.array(Id).max(256);

/** @returns the property, when there is somebody */
export function avoidsOf(avoids: readonly string[]): { readonly avoids?: readonly string[] } {
  return avoids.length === 0 ? {} : { avoids };
}

const PlayerField = z.codec(
  z.object({
    playerId: Id,
    displayName: z.string(),
    role: nullableField(z.string()),
    rating: SkillField,
    homeRegionId: Id,
    avoids: AvoidsField,
  }),
  z.custom<MatchedPlayer>(),
  {
    decode: ({ avoids, ...player }) => ({ ...player, ...avoidsOf(avoids) }),
    encode: ({ avoids = [], ...player }) => ({ ...player, avoids: [...avoids] }),
  },
);

/** A match with who has, and had, its places. */
export const MatchField = z.codec(
  z.object({
    matchId: Id,
    queue: Id,
    teams: z.array(z.object({ players: z.array(PlayerField) })),
    replaced: z.array(
      z.object({ player: PlayerField, team: z.int().min(0), place: z.int().min(0) }),
    ),
  }),
  z.custom<MatchInfo>(),
  {
    decode: ({ replaced, ...match }) => ({
      ...match,
      ...(replaced.length === 0 ? {} : { replaced }),
    }),
    encode: ({ matchId, queue, teams, replaced = [] }) => ({
      matchId,
      queue,
      teams: teams.map(({ players }) => ({ players: [...players] })),
      replaced: [...replaced],
    }),
  },
);
