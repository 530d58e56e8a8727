import type { DuelState } from '../../demos/duel/shared/duel-state.ts';
import { formatMove, replay } from '../../demos/duel/shared/notation.ts';
import { legalMoves, type Seat } from '../../demos/duel/shared/rules.ts';
import { mulberry32 } from './random.ts';
import type { BotHands, Mind, Scenario } from './scenario.ts';

/** Share of the steps in which a bot that is to move does: it thinks for 1 s on average. */
const MOVE_CHANCE = 0.25;

/** Duels between bots: random legal moves, and a rematch after every game. */
export const duel: Scenario = {
  name: 'duel',
  needsState: true,
  stepRateHz: 4,
  joinOptions: () => ({ opponent: 'anyone' }),
  createMind: (seed) => new RandomDuellist(seed),
};

class RandomDuellist implements Mind {
  readonly #random: () => number;
  /** The game a rematch was asked for. */
  #rematchOf = -1;

  constructor(seed: number) {
    this.#random = mulberry32(seed);
  }

  step(hands: BotHands): void {
    const state = hands.state as DuelState | null;
    const seat = state?.seats.findIndex(({ sessionId }) => sessionId === hands.sessionId) ?? -1;
    if (state === null || seat < 0) return;
    if (state.phase === 'over') this.#askRematch(hands, state);
    else if (state.phase === 'playing' && this.#random() < MOVE_CHANCE) {
      this.#move(hands, state, seat as Seat);
    }
  }

  #askRematch(hands: BotHands, state: DuelState): void {
    const { game } = state;
    if (this.#rematchOf === game) return;
    this.#rematchOf = game;
    const own = state.seats.find(({ sessionId }) => sessionId === hands.sessionId);
    hands.sendAction(
      'rematch',
      { game, isWanted: true },
      () => own?.wantsRematch === true || state.game !== game,
    );
  }

  #move(hands: BotHands, state: DuelState, seat: Seat): void {
    const position = replay(state.layout, state.moves);
    if (position === null || position.turn !== seat) return;
    const moves = legalMoves(position, seat);
    const move = moves[Math.floor(this.#random() * moves.length)];
    if (move === undefined) return;
    const { game } = state;
    const { ply } = position;
    hands.sendAction(
      'move',
      { game, ply, move: formatMove(move) },
      () => state.moves.length > ply || state.game !== game,
    );
  }
}
