import { z } from 'zod';
import type { MatchInfo } from '../../matchmaking/contract.ts';

/** Room option in which matchmaking says what a room is for, and with a seat in a running room who comes. Clients may not send it. */
export const MATCH_OPTION = 'meridian:match';

export interface MatchOption extends MatchInfo {
  /** The room looks for players; of one that comes back. */
  readonly isBackfilling?: boolean;
}

const Player = z.object({
  playerId: z.string(),
  displayName: z.string(),
  role: z.string().nullable(),
  rating: z.object({ mu: z.number(), sigma: z.number() }),
  homeRegionId: z.string(),
  avoids: z.array(z.string()).exactOptional(),
});
const Option = z.object({
  matchId: z.string(),
  queue: z.string(),
  teams: z.array(z.object({ players: z.array(Player) })),
  replaced: z
    .array(z.object({ player: Player, team: z.int().min(0), place: z.int().min(0) }))
    .exactOptional(),
  isBackfilling: z.boolean().exactOptional(),
}) satisfies z.ZodType<MatchOption>;

/** @returns null for a room that matchmaking did not make, or a seat that it did not give */
export function readMatchOption(options: unknown): MatchOption | null {
  const parsed = Option.safeParse(Object(options)[MATCH_OPTION]);
  return parsed.success ? parsed.data : null;
}
