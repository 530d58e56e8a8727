import type { MatchedPlayer, MatchInfo } from '../contract.ts';
import type { Skill } from '../pool/ticket.ts';
import { type RatedGame, rateGame } from './rate-game.ts';

// Who is rated when players came and went. The model wants teams of one size, so each place counts once: for whoever had it last. Who
// had it before is rated in a game of his own, with him at his place and all others as they were at the end: leaving neither saves him a
// defeat nor costs him a victory, and who comes late answers for the whole match as he would from its beginning.

export type RatedMatch =
  | {
      readonly ok: true;
      /** Everybody who ever had a place, once. */
      readonly players: readonly { readonly player: MatchedPlayer; readonly after: Skill }[];
    }
  | Extract<RatedGame, { readonly ok: false }>;

/** @param ranks - place of each team, the smallest is the best; equal ones are a tie */
export function rateMatch(
  { teams, replaced = [] }: Pick<MatchInfo, 'teams' | 'replaced'>,
  ranks: readonly number[],
): RatedMatch {
  const lineUp = teams.map((team) => team.players);
  const atTheEnd = rateLineUp(lineUp, ranks);
  if (!atTheEnd.ok) return atTheEnd;
  const players = lineUp.flatMap((team, t) =>
    team.map((player, p) => ({ player, after: atTheEnd.teams[t]?.[p] ?? player.rating })),
  );
  for (const { player, team, place } of replaced) {
    if (lineUp[team]?.[place] === undefined) return { ok: false, reason: 'no-such-place' };
    const withHim = lineUp.map((it, t) => (t === team ? it.with(place, player) : it));
    const rated = rateLineUp(withHim, ranks);
    if (!rated.ok) return rated;
    players.push({ player, after: rated.teams[team]?.[place] ?? player.rating });
  }
  return { ok: true, players };
}

function rateLineUp(
  lineUp: readonly (readonly MatchedPlayer[])[],
  ranks: readonly number[],
): RatedGame {
  return rateGame({
    teams: lineUp.map((team) => team.map(({ playerId, rating }) => ({ playerId, ...rating }))),
    ranks,
  });
}
