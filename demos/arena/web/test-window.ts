import type { BattleSummary } from '../shared/crowd/crowd-state.ts';
import { MATCH_PHASE } from '../shared/rules.ts';
import type { ArenaWindow } from './arena-window.ts';
import type { Hud } from './hud/hud.ts';
import type { ArenaSession } from './net/arena-session.ts';
import type { Stage } from './render/stage.ts';

interface Inside {
  readonly screen: string;
  readonly session: ArenaSession | null;
  readonly hits: number;
  readonly hud: Hud;
  readonly stage: Stage;
}

/** Defines `window.__arena`, computed at each read. */
export function openTestWindow(look: () => Inside): void {
  Object.defineProperty(window, '__arena', { get: () => describe(look()) });
}

function describe({ screen, session, hits, hud, stage }: Inside): ArenaWindow {
  const state = session?.state;
  if (session === null || state?.fighters === undefined) {
    return {
      phase: screen,
      roomId: null,
      me: null,
      players: [],
      view: stage.camera.visible(),
      score: 0,
      hits: 0,
      match: null,
      battle: null,
      stats: null,
    };
  }
  const players = [...state.fighters].map(([id, fighter]) => {
    const { name, isBot, health, shots, effects, stance, kills, deaths, team } = fighter;
    const pose = session.pose(id, fighter);
    return { id, name, isBot, ...pose, health, shots, effects, stance, kills, deaths, team };
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
    hits,
    match: {
      number: state.matchNumber,
      isOver,
      endsInMs: state.phaseEndsAtMs - session.roomNowMs,
      podium: [...state.podium].map(({ name, kills }) => ({ name, kills })),
    },
    battle: battleOf(session.summary),
    stats: hud.network.latest,
  };
}

function battleOf(summary: BattleSummary | null): ArenaWindow['battle'] {
  if (summary === null) return null;
  const { fighters, westKills, eastKills } = summary;
  return { fighters, westKills, eastKills };
}
