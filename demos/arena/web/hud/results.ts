import type { ArenaState } from '../../shared/arena-state.ts';
import { killsByTeam } from '../../shared/teams.ts';
import { byId, element, setText } from './dom.ts';
import type { Standing } from './standings.ts';

const PLACES = ['first', 'second', 'third'] as const;

/** The end of a match: podium, own place, time to the next match. */
export class Results {
  readonly #panel = byId('results');
  readonly #title = byId('results-title');
  readonly #podium = byId('podium');
  readonly #mine = byId('results-mine');
  readonly #next = byId('results-next');
  #shownMatch = 0;

  update(state: ArenaState, standings: readonly Standing[], myId: string, leftMs: number): void {
    const isShown = state.podium.length > 0;
    this.#panel.hidden = !isShown;
    if (!isShown) {
      this.#shownMatch = 0;
      return;
    }
    if (this.#shownMatch !== state.matchNumber) {
      this.#shownMatch = state.matchNumber;
      this.#build(state, standings, myId);
    }
    setText(this.#next, `Next match in ${Math.max(0, Math.ceil(leftMs / 1_000))} s`);
  }

  #build(state: ArenaState, standings: readonly Standing[], myId: string): void {
    const winner = state.podium[0];
    const myTeam = standings.find(({ id }) => id === myId)?.fighter.team ?? 0;
    setText(
      this.#title,
      myTeam === 0
        ? winner?.fighterId === myId
          ? 'Victory!'
          : `${winner?.name ?? ''} wins`
        : squadTitle(standings, myTeam),
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
    const mine = standings.find(({ id }) => id === myId);
    setText(
      this.#mine,
      mine === undefined
        ? ''
        : `You: place ${mine.rank} of ${standings.length}, ${scoreText(mine.fighter)}`,
    );
  }
}

function squadTitle(standings: readonly Standing[], myTeam: number): string {
  const [first, second] = killsByTeam(standings.map(({ fighter }) => fighter));
  const [mine, theirs] = myTeam === 1 ? [first, second] : [second, first];
  const score = `${mine} : ${theirs}`;
  if (mine === theirs) return `A draw, ${score}`;
  return mine > theirs ? `Your squad wins, ${score}` : `Your squad loses, ${score}`;
}

function scoreText({ kills, deaths }: { kills: number; deaths: number }): string {
  return `${kills} ${kills === 1 ? 'kill' : 'kills'} · ${deaths} ${deaths === 1 ? 'death' : 'deaths'}`;
}
