import { z } from 'zod';
import type { MatchInfo, MatchResults } from '../../matchmaking/contract.ts';

/** Room option in which matchmaking says what a room is for. Clients may not send it. */
export const MATCH_OPTION = 'meridian:match';

const Player = z.object({
  playerId: z.string(),
  displayName: z.string(),
  role: z.string().nullable(),
  rating: z.object({ mu: z.number(), sigma: z.number() }),
  homeRegionId: z.string(),
});
const MatchOption = z.object({
  matchId: z.string(),
  queue: z.string(),
  teams: z.array(z.object({ players: z.array(Player) })),
}) satisfies z.ZodType<MatchInfo>;

/** What a room was made for by matchmaking: who plays with whom. It comes back with the room. */
export class RoomMatch {
  readonly info: MatchInfo;
  readonly #results: MatchResults;
  readonly #places: ReadonlyMap<string, { readonly team: number; readonly role: string | null }>;

  constructor(info: MatchInfo, results: MatchResults) {
    this.info = info;
    this.#results = results;
    this.#places = new Map(
      info.teams.flatMap(({ players }, team) =>
        players.map(({ playerId, role }) => [playerId, { team, role }]),
      ),
    );
  }

  get matchId(): string {
    return this.info.matchId;
  }

  get queue(): string {
    return this.info.queue;
  }

  get teams(): MatchInfo['teams'] {
    return this.info.teams;
  }

  /** Team of a player, from 0, and his role; undefined for who is not in the match. */
  placeOf(playerId: string): { readonly team: number; readonly role: string | null } | undefined {
    return this.#places.get(playerId);
  }

  /**
   * Rates the players by the result. The first report of a match counts, also when the room comes back and reports again.
   *
   * @param ranks - place of each team, the smallest is the best; equal ones are a tie
   * @throws {GameError} `BAD_REQUEST` for a result that cannot be; `DIRECTORY_UNAVAILABLE`
   */
  report(ranks: readonly number[]): Promise<void> {
    return this.#results.report(this.info, ranks);
  }
}

/** @returns null for a room that matchmaking did not make */
export function readMatchOption(options: unknown): MatchInfo | null {
  const parsed = MatchOption.safeParse(Object(options)[MATCH_OPTION]);
  return parsed.success ? parsed.data : null;
}
