import type { Page } from 'playwright-core';

/** What was on the screen in one frame. */
export interface FilmFrame {
  /** The page's clock, ms. */
  readonly atMs: number;
  readonly phase: string;
  readonly match: number;
  /** On the page's clock: when the match ends as the page sees it. */
  readonly matchEndsAtMs: number;
  readonly kills: number;
  /** The line over the game; null while none is shown. */
  readonly banner: string | null;
  /** Big words in the middle, such as `Fight!`. */
  readonly announcement: string;
  readonly camera: { readonly x: number; readonly y: number };
  readonly fighters: Readonly<
    Record<string, { readonly x: number; readonly y: number; readonly stance: number }>
  >;
}

const RECORD = `
  window.film = [];
  requestAnimationFrame(function shoot(atMs) {
    const { phase, match, score, players, view } = window.__arena;
    const banner = document.querySelector('#banner');
    if (match !== null) window.film.push({
      atMs,
      phase,
      match: match.number,
      matchEndsAtMs: performance.now() + match.endsInMs,
      kills: score,
      banner: banner.hidden ? null : banner.textContent,
      announcement: document.querySelector('#announcement').textContent,
      camera: { x: view.x, y: view.y },
      fighters: Object.fromEntries(players.map(({ id, x, y, stance }) => [id, { x, y, stance }])),
    });
    requestAnimationFrame(shoot);
  });
`;

/** Records the arena frame by frame, for tests of how it looked while something happened. */
export class ArenaFilm {
  readonly #page: Page;

  static async begin(page: Page): Promise<ArenaFilm> {
    await page.evaluate(RECORD);
    return new ArenaFilm(page);
  }

  private constructor(page: Page) {
    this.#page = page;
  }

  /** Everything so far. */
  frames(): Promise<readonly FilmFrame[]> {
    return this.#page.evaluate<readonly FilmFrame[]>('window.film');
  }
}
