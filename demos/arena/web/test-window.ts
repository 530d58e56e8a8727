import { MATCH_PHASE } from '../shared/rules.ts';
import type { Hud } from './hud/hud.ts';
import type { ArenaSession } from './net/arena-session.ts';
import type { Stage } from './render/stage.ts';

interface Inside {
  readonly screen: string;
  readonly session: ArenaSession | null;
  readonly hud: Hud;
  readonly stage: Stage;
}

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
  readonly match: {
    readonly number: number;
    readonly isOver: boolean;
    readonly endsInMs: number;
    readonly podium: readonly { readonly name: string; readonly kills: number }[];
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
}

/** Defines `window.__arena`, computed at each read. */
export function openTestWindow(look: () => Inside): void {
  Object.defineProperty(window, '__arena', { get: () => describe(look()) });
}

function describe({ screen, session, hud, stage }: Inside): ArenaWindow {
  const state = session?.state;
  if (session === null || state?.fighters === undefined) {
    return {
      phase: screen,
      roomId: null,
      me: null,
      players: [],
      view: stage.camera.visible(),
      score: 0,
      match: null,
      stats: null,
    };
  }
  const players = [...state.fighters].map(([id, fighter]) => {
    const { name, isBot, health, shots, effects, stance, kills, deaths } = fighter;
    const pose = session.pose(id, fighter);
    return { id, name, isBot, ...pose, health, shots, effects, stance, kills, deaths };
  });
  const me = players.find(({ id }) => id === session.myId) ?? null;
  const isOver = state.phase === MATCH_PHASE.results;
  const phase =
    session.connection.kind === 'reconnecting' ? 'reconnecting' : isOver ? 'results' : screen;
  return {
    phase,
    roomId: session.roomId,
    me,
    players,
    view: stage.camera.visible(),
    score: me?.kills ?? 0,
    match: {
      number: state.matchNumber,
      isOver,
      endsInMs: state.phaseEndsAtMs - session.roomNowMs,
      podium: [...state.podium].map(({ name, kills }) => ({ name, kills })),
    },
    stats: hud.network.latest,
  };
}
