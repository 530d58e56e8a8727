import { z } from 'zod';
import { WireId } from '../shared/wire-id.ts';
import { nullableField } from '../transport/rpc/rpc-contract.ts';
import type { MatchedPlayer, MatchInfo } from './contract.ts';
import { LARGEST_MATCH } from './pool/rule-set.ts';

// The messages of proto/matchmaking/v1/match.proto.

/** As a player's token has it. */
export const NameField = z.string().max(128);

/** What a match costs to rate grows with the square of its teams, and with those who had places before. */
const MOST_REPLACED = 1_024;

/** The teams of a match. */
export function teamsOf<Team extends z.ZodType>(team: Team) {
  return z.array(team).max(LARGEST_MATCH);
}

export const SkillField = z.object({ mu: z.number(), sigma: z.number() });

/** Players who are avoided: a list of nobody is no list. */
export const AvoidsField = z.array(WireId).max(256);

/** @returns the property, when there is somebody */
export function avoidsOf(avoids: readonly string[]): { readonly avoids?: readonly string[] } {
  return avoids.length === 0 ? {} : { avoids };
}

const PlayerField = z.codec(
  z.object({
    playerId: WireId,
    displayName: NameField,
    role: nullableField(z.string().max(128)),
    rating: SkillField,
    homeRegionId: WireId,
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
    matchId: WireId,
    queue: WireId,
    teams: teamsOf(z.object({ players: z.array(PlayerField).max(LARGEST_MATCH) })),
    replaced: z
      .array(z.object({ player: PlayerField, team: z.int().min(0), place: z.int().min(0) }))
      .max(MOST_REPLACED),
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
