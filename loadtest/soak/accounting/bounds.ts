/** What a second of a player must be to count as played; docs/spec/soak.md says it in words. */
export const PLAYED = {
  /** The newest state that the player has is never older in it, by the moment at which the room made it. */
  oldestStateMs: 1_000,
  /** 95 of 100 of the actions that he takes in it are seen to have effect so soon, beyond the round trip to his room's region. */
  actionP95BeyondRttMs: 300,
  /** Whoever asks for a room, or was told of his match, has his first state so soon; from then on he is one without a match. */
  joinWithinMs: 5_000,
} as const;

/** What a soak must show. */
export const TARGETS = {
  /** Share of player-seconds that were played, at least. */
  availability: 0.999,
} as const;
