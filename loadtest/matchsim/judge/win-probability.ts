/** Rating points that make odds of 10 to 1 (Elo 1978). */
const ELO_SCALE = 400;

/** Chance of the first team by the difference of the teams' means, its own first. */
export function winProbability(lead: number): number {
  return 1 / (1 + 10 ** (-lead / ELO_SCALE));
}
