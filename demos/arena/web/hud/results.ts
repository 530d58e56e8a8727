import type { ArenaState } from '../../shared/arena-state.ts';
import type { BattleSummary } from '../../shared/crowd/crowd-state.ts';
import { killsByTeam } from '../../shared/teams.ts';
import { armyScore } from './army-score.ts';
import { byId, element, setText } from './dom.ts';
import type { Standing } from './standings.ts';

const PLACES = ['first', 'second', 'third'] as const;

export interface ResultsView {
  readonly state: ArenaState;
  readonly summary: BattleSummary | null;
  readonly standings: readonly Standing[];
  readonly myId: string;
  /** Until the next match, ms. */
  readonly leftMs: number;
}

/** The end of a match: podium, own place, time to the next match. */
export class Results {
  readonly #panel = byId('results');
  readonly #title = byId('results-title');
  readonly #podium = byId('podium');
  readonly #mine = byId('results-mine');
  readonly #next = byId('results-next');
  #shownMatch = 0;

  update(view: ResultsView): void {
    const { state, leftMs } = view;
    const isShown = state.podium.length > 0;
    this.#panel.hidden = !isShown;
    if (!isShown) {
      this.#shownMatch = 0;
      return;
    }
    if (this.#shownMatch !== state.matchNumber) {
      this.#shownMatch = state.matchNumber;
      this.#build(view);
    }
    this.#updateMine(view);
    setText(this.#next, `Next match in ${Math.max(0, Math.ceil(leftMs / 1_000))} s`);
  }

  #build({ state, summary, standings, myId }: ResultsView): void {
    const winner = state.podium[0];
    const myTeam = standings.find(({ id }) => id === myId)?.fighter.team ?? 0;
    setText(
      this.#title,
      myTeam === 0
        ? winner?.fighterId === myId
          ? 'Victory!'
          : `${winner?.name ?? ''} wins`
        : summary === null
          ? squadTitle(standings, myTeam)
          : armyTitle(summary, myTeam),
    );
    const places = [...state.podium].map((place, index) => {
      const item = element('li', PLACES[index] ?? '');
      if (place.fighterId === myId) item.dataset['me'] = 'true';
      item.append(
        element('span', 'name', place.name),
        element('span', 'kills', scoreText(place)),
        element('span', 'step', String(index + 1)),
      );
      return item;
    });
    this.#podium.replaceChildren(...places);
  }

  /** Of a battle, the last summary comes a moment after its end. */
  #updateMine({ summary, standings, myId }: ResultsView): void {
    const mine = standings.find(({ id }) => id === myId);
    const total = summary?.fighters ?? standings.length;
    const text =
      mine === undefined ? '' : `You: place ${mine.rank} of ${total}, ${scoreText(mine.fighter)}`;
    setText(this.#mine, text);
  }
}

function armyTitle(summary: BattleSummary, myTeam: number): string {
  const { mine, theirs } = armyScore(summary, myTeam);
  return titleOf('army', mine, theirs);
}

function squadTitle(standings: readonly Standing[], myTeam: number): string {
  const [first, second] = killsByTeam(standings.map(({ fighter }) => fighter));
  const [mine, theirs] = myTeam === 1 ? [first, second] : [second, first];
  return titleOf('squad', mine, theirs);
}

function titleOf(side: 'army' | 'squad', mine: number, theirs: number): string {
  const score = `${mine} : ${theirs}`;
  if (mine === theirs) return `A draw, ${score}`;
  return mine > theirs ? `Your ${side} wins, ${score}` : `Your ${side} loses, ${score}`;
}

function scoreText({ kills, deaths }: { kills: number; deaths: number }): string {
  return `${kills} ${kills === 1 ? 'kill' : 'kills'} · ${deaths} ${deaths === 1 ? 'death' : 'deaths'}`;
}
