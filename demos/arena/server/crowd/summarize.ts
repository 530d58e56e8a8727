import { ARMY, BOARD_PLACES } from '../../shared/crowd/crowd-rules.ts';
import type { BattleSummary } from '../../shared/crowd/crowd-state.ts';
import { BoardPlace } from '../../shared/crowd/crowd-state.ts';
import type { HeatCounter } from '../../shared/crowd/heat.ts';
import { STANCE } from '../../shared/rules.ts';
import type { Participant } from '../roster.ts';

/** Kills beyond are of the board, or nearly: more places would be sent for nobody. */
export const MOST_RANKED_KILLS = 63;

/** Writes what everybody may know of the whole battle; only what has changed is sent. */
export function summarize(
  summary: BattleSummary,
  everybody: Iterable<Participant>,
  heat: HeatCounter,
): void {
  const participants = [...everybody];
  for (const { fighter } of participants) {
    if (fighter.stance === STANCE.dead) continue;
    heat.count(fighter.x, fighter.y, fighter.team === ARMY.west);
  }
  summary.fighters = participants.length;
  summary.heat = heat.take();
  writeRanks(summary, participants);
  writeBoard(summary, participants);
}

/** How many have more kills than 0, 1, 2, …, up to the most that anybody has. */
function writeRanks(summary: BattleSummary, participants: readonly Participant[]): void {
  const withKills = new Uint16Array(MOST_RANKED_KILLS + 2);
  for (const { fighter } of participants) {
    const kills = Math.min(fighter.kills, MOST_RANKED_KILLS + 1);
    withKills[kills] = (withKills[kills] ?? 0) + 1;
  }
  let above = 0;
  const fightersAbove: number[] = [];
  for (let kills = MOST_RANKED_KILLS; kills >= 0; kills -= 1) {
    above += withKills[kills + 1] ?? 0;
    fightersAbove[kills] = above;
  }
  const end = fightersAbove.indexOf(0);
  const count = end < 0 ? fightersAbove.length : end + 1;
  for (let kills = 0; kills < count; kills += 1) {
    if (summary.fightersAbove[kills] !== fightersAbove[kills]) {
      summary.fightersAbove[kills] = fightersAbove[kills] ?? 0;
    }
  }
  while (summary.fightersAbove.length > count) summary.fightersAbove.pop();
}

function writeBoard(summary: BattleSummary, participants: Participant[]): void {
  participants.sort(({ fighter: a }, { fighter: b }) => b.kills - a.kills || a.deaths - b.deaths);
  const best = participants.slice(0, BOARD_PLACES);
  for (const [index, { id, fighter }] of best.entries()) {
    let place = summary.board[index];
    if (place === undefined) {
      place = new BoardPlace();
      summary.board.push(place);
    }
    const { name, isBot, team, kills, deaths } = fighter;
    Object.assign(place, { fighterId: id, name, isBot, team, kills, deaths });
  }
  while (summary.board.length > best.length) summary.board.pop();
}
