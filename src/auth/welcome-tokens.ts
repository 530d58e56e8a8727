import type { PlayerStanding, TokenVerifier } from './contract.ts';

/** Takes tokens that are good, of players who are welcome. */
export function welcomeTokens({
  tokens,
  standing,
}: {
  readonly tokens: TokenVerifier;
  readonly standing: PlayerStanding;
}): TokenVerifier & PlayerStanding {
  return {
    async verify(accessToken) {
      const player = await tokens.verify(accessToken);
      const refusal = standing.refusalOf(player);
      if (refusal !== null) throw refusal;
      return player;
    },
    refusalOf: (player) => standing.refusalOf(player),
  };
}
