import type { Seat } from '../../shared/rules.ts';
import { farSeat, type GameView, nearSeat } from '../game-view.ts';

/** One line under the board: whose turn, and what to do. */
export function turnLine(view: GameView, selected: number | null): string {
  if (view.phase === 'waiting') return 'Waiting for an opponent';
  if (view.phase === 'over') return resultTitle(view);
  if (view.seat === null) return `${nameOf(view, view.turn)} to glide`;
  if (view.seat !== view.turn) return `${nameOf(view, farSeat(view))} is thinking`;
  return selected === null ? 'Your turn: choose a lantern' : 'Now choose where it glides';
}

export function resultTitle(view: GameView): string {
  if (view.ending === 'absent') return 'Nobody came';
  if (view.winner === null) return '';
  if (view.seat === null) return `${nameOf(view, view.winner)} wins`;
  return view.winner === view.seat ? 'You win' : 'You lose';
}

export function resultReason(view: GameView): string {
  if (view.ending === 'absent') return 'Your opponent did not take the seat. Nothing is rated.';
  if (view.winner === null) return '';
  const isLoserYou = view.seat !== null && view.winner !== view.seat;
  const loser = isLoserYou ? 'You' : nameOf(view, view.winner === 0 ? 1 : 0);
  const has = isLoserYou ? 'have' : 'has';
  switch (view.ending) {
    case 'stuck':
      return `${loser} ${has} no ice left to glide on.`;
    case 'flag':
      return `${loser} ran out of time.`;
    case 'resigned':
      return `${loser} resigned.`;
    case 'left':
      return `${loser} left the table.`;
    case 'abandoned':
      return `${loser} lost the connection and did not come back.`;
    default:
      return '';
  }
}

/** Games won at this table, the near player first. */
export function resultScore(view: GameView): string {
  const near = view.seats[nearSeat(view)];
  const far = view.seats[farSeat(view)];
  if (!far.isTaken) return '';
  return `${near.name} ${near.wins} : ${far.wins} ${far.name}`;
}

/** The profile's count; empty while it is unknown, or has not heard of this table yet. */
export function resultCareer(view: GameView): string {
  if (view.seat === null) return '';
  const { careerWins, wins } = view.seats[view.seat];
  const { isBot } = view.seats[farSeat(view)];
  if (careerWins < (isBot ? 0 : wins)) return '';
  const duels = `${careerWins} ${careerWins === 1 ? 'duel' : 'duels'}`;
  return isBot
    ? `${duels} won against people. Games against the bot are kept apart.`
    : `${duels} won so far.`;
}

export function offerLine(view: GameView): string {
  if (view.seat === null) return '';
  const far = view.seats[farSeat(view)];
  if (far.hasLeft) return `${far.name} has left the table.`;
  if (far.wantsRematch) return `${far.name} wants a rematch.`;
  return view.seats[view.seat].wantsRematch ? `Waiting for ${far.name} to accept…` : '';
}

/** What a screen reader says about the move just made. */
export function moveSentence(view: GameView): string {
  const text = view.moves.at(-1);
  if (text === undefined) return '';
  const mover = (1 - view.turn) as Seat;
  const [from, to] = text.split('-');
  const who = mover === view.seat ? 'You' : nameOf(view, mover);
  const glide = `${who} from ${from} to ${to}; ${from} sinks.`;
  return view.phase === 'playing' && view.seat === view.turn ? `${glide} Your turn.` : glide;
}

function nameOf(view: GameView, seat: Seat): string {
  return view.seats[seat].name || 'Nobody';
}
