import type { BotIntent } from '../../shared/bot-brain.ts';
import { CROWD_MAP, CROWD_MAP_SIZE } from '../../shared/crowd/crowd-map.ts';
import {
  ARMY,
  CROWD_TEMPO,
  KILLS_TO_WIN_PER_FIGHTER,
  SUMMARY_EVERY_STEPS,
} from '../../shared/crowd/crowd-rules.ts';
import {
  BattleSummary,
  CrowdFighter,
  CrowdPickup,
  CrowdState,
} from '../../shared/crowd/crowd-state.ts';
import { HeatCounter } from '../../shared/crowd/heat.ts';
import type { KillMessage } from '../../shared/messages.ts';
import type { Random } from '../../shared/random.ts';
import { PICKUP_REACH, SHOT_RANGE, STANCE } from '../../shared/rules.ts';
import { stepFighter } from '../../shared/step-fighter.ts';
import type { ArenaEvents } from '../arena-events.ts';
import { Combat, type SeenAt } from '../combat.ts';
import { DEFAULT_MATCH_TIMES, MatchDirector } from '../match-director.ts';
import { createPickups, PickupField } from '../pickup-field.ts';
import { type Participant, Roster } from '../roster.ts';
import { CrowdBots } from './crowd-bots.ts';
import { CrowdGrid } from './crowd-grid.ts';
import { Muster } from './muster.ts';
import { summarize } from './summarize.ts';

/** Dashes and rewound shots reach a little farther than the grid of this step knows, in units. */
const REWOUND = 400;
/** Every second goal both ways: bots find the rest of the way by themselves, and the ways to fewer goals are kept. */
const GOAL_SPACING = 1_024;
const SEEN_NOW: SeenAt = (fighter) => fighter;

/**
 * The battle without a network. Nobody in it looks at everybody: bots, shots and pickups ask a grid of who is near. In one
 * step, in this order:
 *
 *   inputs of players, as they arrive ─▶ bots ─▶ respawns and effects ─▶ pickups ─▶ match ─▶ once a second: summary
 */
export class CrowdWorld {
  readonly state = new CrowdState();
  readonly #size: number;
  readonly #grid = new CrowdGrid(CROWD_MAP_SIZE);
  readonly #heat = new HeatCounter(CROWD_MAP_SIZE);
  readonly #muster: Muster;
  readonly #roster: Roster;
  readonly #combat: Combat;
  readonly #pickups: PickupField;
  readonly #match: MatchDirector;
  readonly #bots: CrowdBots;
  #matchNumber = 0;
  #steps = 0;

  /** @param options - `size`: how many fight, people and bots together; the bots are there at once */
  constructor(options: { size: number; random: Random; events: ArenaEvents }, nowMs: number) {
    const { size, random, events } = options;
    const { state } = this;
    this.#size = size;
    state.summary = new BattleSummary();
    this.#muster = new Muster({ map: CROWD_MAP, grid: this.#grid, random, fighters: size });
    this.#roster = new Roster({
      state,
      map: CROWD_MAP,
      tempo: CROWD_TEMPO,
      createFighter: () => new CrowdFighter(),
      chooseSpot: ({ fighter }) => this.#muster.chooseSpot(fighter),
    });
    this.#combat = new Combat({
      map: CROWD_MAP,
      targets: {
        inReachOf: ({ fighter }) => this.#near(fighter, SHOT_RANGE + REWOUND),
        die: (victim, atMs) => this.#roster.die(victim, atMs),
      },
      events: { ...events, killed: (kill) => this.#killed(kill, events) },
    });
    state.pickups.push(...createPickups(CROWD_MAP, () => new CrowdPickup()));
    this.#pickups = new PickupField({
      pickups: state.pickups,
      inReachOf: (pickup) => this.#near(pickup, PICKUP_REACH),
      events,
    });
    this.#match = new MatchDirector({
      state,
      roster: this.#roster,
      pickups: this.#pickups,
      events,
      times: { ...DEFAULT_MATCH_TIMES, killsToWin: size * KILLS_TO_WIN_PER_FIGHTER },
      mostKills: () => Math.max(state.summary.westKills, state.summary.eastKills),
    });
    this.#bots = new CrowdBots({
      roster: this.#roster,
      grid: this.#grid,
      map: CROWD_MAP,
      random,
      goals: this.#muster.spawns.filter(
        ({ x, y }) => x % GOAL_SPACING === 0 && y % GOAL_SPACING === 0,
      ),
    });
    for (let hired = 0; hired < size; hired += 1) {
      this.#bots.hire(hired % 2 === 0 ? ARMY.west : ARMY.east, nowMs);
    }
    this.#lookAround();
  }

  /** A player takes the place of a bot, in the army with fewer people. */
  addPlayer(id: string, name: string, nowMs: number): void {
    const team = this.#peopleOf(ARMY.west) <= this.#peopleOf(ARMY.east) ? ARMY.west : ARMY.east;
    if (this.#participants() >= this.#size) this.#bots.dismissWorst(team);
    this.#roster.add(id, { name, isBot: false, team }, nowMs);
    this.#lookAround();
  }

  removePlayer(id: string, nowMs: number): void {
    const team = this.#roster.get(id)?.fighter.team;
    this.#roster.remove(id);
    if (team !== undefined && this.#participants() < this.#size) this.#bots.hire(team, nowMs);
    this.#lookAround();
  }

  rename(id: string, name: string): void {
    const participant = this.#roster.get(id);
    if (participant !== undefined) participant.fighter.name = name;
  }

  /** The player's connection dropped, or is back. */
  setAway(id: string, isAway: boolean): void {
    const participant = this.#roster.get(id);
    if (participant !== undefined) participant.fighter.isAway = isAway;
  }

  /** Applies one input of a player: one step of his movement, and his shot. */
  applyInput(id: string, input: BotIntent, seenAt: SeenAt, nowMs: number): void {
    const participant = this.#roster.get(id);
    if (participant !== undefined) this.#act(participant, input, seenAt, nowMs);
  }

  /** Advances everything that is not a player's input. */
  step(nowMs: number): void {
    this.#bots.decide((participant, intent) => this.#act(participant, intent, SEEN_NOW, nowMs));
    this.#grid.fill(this.#roster.all());
    this.#roster.step(nowMs);
    this.#pickups.step(nowMs);
    this.#muster.isOpening = this.state.phaseEndsAtMs <= nowMs;
    this.#match.step(nowMs);
    this.#muster.isOpening = false;
    this.#noticeNewMatch();
    this.#steps += 1;
    if (this.#steps % SUMMARY_EVERY_STEPS === 0) this.#summarize();
  }

  #act(participant: Participant, input: BotIntent, seenAt: SeenAt, nowMs: number): void {
    const { fighter, trigger } = participant;
    stepFighter(fighter, input, CROWD_TEMPO, CROWD_MAP);
    if (fighter.stance === STANCE.fighting) fighter.aim = input.aim;
    if (trigger.pull(input.buttons, fighter.stance)) this.#combat.shoot(participant, seenAt, nowMs);
  }

  #near({ x, y }: { readonly x: number; readonly y: number }, reach: number): Participant[] {
    const near: Participant[] = [];
    this.#grid.forEachNear(x, y, reach, ({ participant }) => {
      if (participant !== null) near.push(participant);
    });
    return near;
  }

  #killed(kill: KillMessage, events: ArenaEvents): void {
    const { summary } = this.state;
    if (this.#roster.get(kill.killerId)?.fighter.team === ARMY.west) summary.westKills += 1;
    else summary.eastKills += 1;
    events.killed(kill);
  }

  #noticeNewMatch(): void {
    if (this.state.matchNumber === this.#matchNumber) return;
    this.#matchNumber = this.state.matchNumber;
    this.state.summary.westKills = 0;
    this.state.summary.eastKills = 0;
  }

  /** Somebody came or went. */
  #lookAround(): void {
    this.#grid.fill(this.#roster.all());
    this.#summarize();
  }

  #summarize(): void {
    summarize(this.state.summary, this.#roster.all(), this.#heat);
  }

  #participants(): number {
    return this.state.fighters.size;
  }

  #peopleOf(team: number): number {
    let count = 0;
    for (const { fighter } of this.#roster.all()) {
      if (!fighter.isBot && fighter.team === team) count += 1;
    }
    return count;
  }
}
