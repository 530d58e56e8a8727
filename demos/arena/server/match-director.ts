import { PodiumPlace } from '../shared/arena-state.ts';
import { KILLS_TO_WIN, MATCH_MS, MATCH_PHASE, RESULTS_MS, STANCE } from '../shared/rules.ts';
import type { ArenaEvents, Standing } from './arena-events.ts';
import type { PickupField } from './pickup-field.ts';
import type { Roster } from './roster.ts';

/** How long things take; tests make them short. */
export interface MatchTimes {
  readonly matchMs: number;
  readonly resultsMs: number;
  readonly killsToWin: number;
}

export const DEFAULT_MATCH_TIMES: MatchTimes = {
  matchMs: MATCH_MS,
  resultsMs: RESULTS_MS,
  killsToWin: KILLS_TO_WIN,
};

const PODIUM_PLACES = 3;

/** The part of a state that is about the match. */
export interface MatchState {
  phase: number;
  phaseEndsAtMs: number;
  matchNumber: number;
  killsToWin: number;
  readonly podium: { push(place: PodiumPlace): unknown; clear(): void };
}

/**
 * Turns an endless fight into matches.
 *
 *   playing ──someone has enough kills, or time is up──▶ results (all frozen) ──8 s──▶ playing (scores at zero)
 */
export class MatchDirector {
  readonly #state: MatchState;
  readonly #roster: Roster;
  readonly #pickups: PickupField;
  readonly #events: ArenaEvents;
  readonly #times: MatchTimes;
  readonly #mostKills: () => number;

  constructor(deps: {
    state: MatchState;
    roster: Roster;
    pickups: PickupField;
    events: ArenaEvents;
    times: MatchTimes;
    /** The kills that are compared with those that end a match; of the best fighter unless it is given. */
    mostKills?: () => number;
  }) {
    this.#state = deps.state;
    this.#roster = deps.roster;
    this.#pickups = deps.pickups;
    this.#events = deps.events;
    this.#times = deps.times;
    this.#mostKills = deps.mostKills ?? (() => mostKillsOf(this.#roster));
    this.#state.killsToWin = deps.times.killsToWin;
  }

  step(nowMs: number): void {
    // Nothing has begun yet: the first match starts with the first step.
    if (this.#state.matchNumber === 0) this.#begin(nowMs);
    const isOver = nowMs >= this.#state.phaseEndsAtMs;
    if (this.#state.phase === MATCH_PHASE.results) {
      if (isOver) this.#begin(nowMs);
    } else if (isOver || this.#mostKills() >= this.#times.killsToWin) {
      this.#end(nowMs);
    }
  }

  #begin(nowMs: number): void {
    const isFirst = this.#state.matchNumber === 0;
    this.#state.phase = MATCH_PHASE.playing;
    this.#state.phaseEndsAtMs = nowMs + this.#times.matchMs;
    this.#state.matchNumber += 1;
    this.#state.podium.clear();
    // Who entered before the first step stands where he shall already.
    if (isFirst) return;
    this.#pickups.reset();
    for (const participant of this.#roster.all()) {
      participant.fighter.kills = 0;
      participant.fighter.deaths = 0;
      this.#roster.spawn(participant, nowMs);
    }
  }

  #end(nowMs: number): void {
    this.#state.phase = MATCH_PHASE.results;
    this.#state.phaseEndsAtMs = nowMs + this.#times.resultsMs;
    const standings = this.#standings();
    for (const { fighterId, name, kills, deaths } of standings.slice(0, PODIUM_PLACES)) {
      this.#state.podium.push(new PodiumPlace({ fighterId, name, kills, deaths }));
    }
    for (const { fighter } of this.#roster.all()) {
      if (fighter.stance === STANCE.fighting) fighter.stance = STANCE.frozen;
    }
    this.#events.matchEnded(standings);
  }

  /** Most kills first; among equals fewer deaths. */
  #standings(): Standing[] {
    return [...this.#roster.all()]
      .map(({ id, fighter: { name, isBot, team, kills, deaths } }) => ({
        fighterId: id,
        name,
        isBot,
        team,
        kills,
        deaths,
      }))
      .sort((a, b) => b.kills - a.kills || a.deaths - b.deaths);
  }
}

function mostKillsOf(roster: Roster): number {
  let most = 0;
  for (const { fighter } of roster.all()) most = Math.max(most, fighter.kills);
  return most;
}
