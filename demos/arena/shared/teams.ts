/** Whether two fighters are of one squad: nobody is where everybody fights for himself. */
export function isSameTeam(
  one: { readonly team: number },
  other: { readonly team: number },
): boolean {
  return one.team !== 0 && one.team === other.team;
}

/** Kills of teams 1 and 2. */
export function killsByTeam(
  fighters: Iterable<{ readonly team: number; readonly kills: number }>,
): readonly [number, number] {
  const kills: [number, number] = [0, 0];
  for (const fighter of fighters) {
    if (fighter.team === 1) kills[0] += fighter.kills;
    if (fighter.team === 2) kills[1] += fighter.kills;
  }
  return kills;
}

/** Places of teams 1 and 2 by their kills, as matchmaking takes them: equal ones are a tie. */
export function ranksOf([first, second]: readonly [number, number]): readonly [number, number] {
  return [first >= second ? 1 : 2, second >= first ? 1 : 2];
}
