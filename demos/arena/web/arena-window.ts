/** What `window.__arena` shows to tests. Read-only: plain copies, no handles. */
export interface ArenaWindow {
  /** `menu`, `joining`, `error`, `play`, `results` or `reconnecting`. */
  readonly phase: string;
  readonly roomId: string | null;
  readonly me: FighterView | null;
  readonly players: readonly FighterView[];
  /** What the screen shows, in units; with the size of the window, where a fighter is on the screen. */
  readonly view: {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  };
  /** Own kills in this match. */
  readonly score: number;
  /** Own shots that have hit somebody, since the visit began. */
  readonly hits: number;
  readonly match: {
    readonly number: number;
    readonly isOver: boolean;
    readonly endsInMs: number;
    readonly podium: readonly { readonly name: string; readonly kills: number }[];
  } | null;
  /** Of a battle, what everybody knows of all of it; null in an arena. */
  readonly battle: {
    readonly fighters: number;
    readonly westKills: number;
    readonly eastKills: number;
  } | null;
  /** The last second of the connection; null in the first. */
  readonly stats: object | null;
}

export interface FighterView {
  readonly id: string;
  readonly name: string;
  readonly isBot: boolean;
  /** Where it is drawn: predicted or interpolated. */
  readonly x: number;
  readonly y: number;
  /** Radians. */
  readonly aim: number;
  readonly health: number;
  /** Pulls of the trigger so far, modulo 256. */
  readonly shots: number;
  readonly effects: number;
  readonly stance: number;
  readonly kills: number;
  readonly deaths: number;
  /** 0: everybody for himself. */
  readonly team: number;
}
