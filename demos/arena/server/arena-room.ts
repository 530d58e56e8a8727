import { type Client, GameError, Room } from 'meridian';
import type { ArenaState } from '../shared/arena-state.ts';
import { MoveInput } from '../shared/move-input.ts';
import { seededRandom } from '../shared/random.ts';
import {
  DEFAULT_FILL,
  MATCH_MS,
  MATCH_PHASE,
  MAX_FIGHTERS,
  MAX_REWIND_MS,
  RECONNECT_SECONDS,
  SQUAD_KILLS_TO_WIN,
  SQUAD_SIZE,
  STEP_RATE_HZ,
} from '../shared/rules.ts';
import { killsByTeam, ranksOf } from '../shared/teams.ts';
import type { Standing } from './arena-events.ts';
import { ArenaWorld } from './arena-world.ts';
import type { SeenAt } from './combat.ts';
import { askForCurrentName } from './current-name.ts';
import { DEFAULT_MATCH_TIMES } from './match-director.ts';
import { addStatistics, saveResults } from './match-statistics.ts';
import { numberWithin } from './number-within.ts';
import type { EffectEnds } from './roster.ts';

/** Options of `joinOrCreate('arena', …)`; they count only for whoever creates the room. */
export interface ArenaOptions {
  /** Bots fill the arena up to this many fighters and leave as people join; 0 for none. Default 8. */
  readonly bots?: number;
  /** Shorter matches, for tests, in ms. Default and most: 5 minutes. */
  readonly matchMs?: number;
  /** Kills that end a match. Default and most: 25. */
  readonly killsToWin?: number;
}

/** The arena: players send intent, the room decides everything else. */
export class ArenaRoom extends Room<{ state: ArenaState; input: MoveInput }> {
  override maxClients = MAX_FIGHTERS;
  /** A match outlives its server: at most one patch is lost. */
  override readonly durability = 'journal';
  override readonly inputs = this.defineInput(MoveInput);
  readonly #rewind = this.allowRewindState({ maxRewindMs: MAX_REWIND_MS });
  #world!: ArenaWorld;

  override onCreate(asked: ArenaOptions): void {
    // A match of squads is among its players.
    const options =
      this.match === null ? asked : { killsToWin: SQUAD_KILLS_TO_WIN, ...asked, bots: 0 };
    if (this.match !== null) this.maxClients = 2 * SQUAD_SIZE;
    this.#world = new ArenaWorld({
      random: seededRandom(Math.floor(Math.random() * 2 ** 32)),
      fillTo: numberWithin(options.bots, 0, MAX_FIGHTERS) ?? DEFAULT_FILL,
      times: {
        ...DEFAULT_MATCH_TIMES,
        matchMs: numberWithin(options.matchMs, 1_000, MATCH_MS) ?? MATCH_MS,
        killsToWin:
          numberWithin(options.killsToWin, 1, DEFAULT_MATCH_TIMES.killsToWin) ??
          DEFAULT_MATCH_TIMES.killsToWin,
      },
      events: {
        killed: (kill) => this.broadcast('kill', kill),
        hurt: (victimId, hurt) => this.clients.getById(victimId)?.send('hurt', hurt),
        hit: (shooterId, hit) => this.clients.getById(shooterId)?.send('hit', hit),
        pickedUp: (fighterId, pickup) => this.clients.getById(fighterId)?.send('pickup', pickup),
        matchEnded: (standings) => {
          saveResults(this, standings, (standing) => standing === standings[0]);
          this.#report(standings);
        },
      },
    });
    this.state = this.#world.state;
    this.#rewind.attachAll(this.state.fighters, { fields: ['x', 'y'] });
    this.setFixedTimestep(() => this.#step(), STEP_RATE_HZ);
  }

  override onCheckpoint(): EffectEnds {
    return this.#world.checkpoint();
  }

  override onRestore(data: unknown): void {
    this.#world.restore(data as EffectEnds);
  }

  override onJoin(client: Client): void {
    const { playerId, displayName } = client.auth;
    const place = this.match?.placeOf(playerId);
    if (this.match !== null && place === undefined) {
      throw new GameError('FORBIDDEN', {}, { message: 'This match is among its squads.' });
    }
    const team = place === undefined ? 0 : place.team + 1;
    this.#world.addPlayer(client.sessionId, { name: displayName, team }, this.#nowMs);
    askForCurrentName(this, client, (name) => this.#world.rename(client.sessionId, name));
  }

  override onDrop(client: Client): void {
    this.#world.setAway(client.sessionId, true);
    // Nobody came back in time: onLeave follows by itself.
    this.allowReconnection(client, RECONNECT_SECONDS).catch(() => undefined);
  }

  override onReconnect(client: Client): void {
    this.#world.setAway(client.sessionId, false);
  }

  override onLeave(client: Client): void {
    const fighter = this.state.fighters.get(client.sessionId);
    // Once the results show, this match is saved already.
    if (fighter !== undefined && this.state.phase === MATCH_PHASE.playing) {
      addStatistics(this, client, {
        'arena.kills': fighter.kills,
        'arena.deaths': fighter.deaths,
      });
    }
    this.#world.removePlayer(client.sessionId, this.#nowMs);
  }

  /** Lag compensation: the shot is judged against what was on the shooter's screen. */
  protected whatWasSeenBy(sessionId: string): SeenAt {
    return (fighter) => this.#rewind.lastSeenBy(sessionId).read(fighter, ['x', 'y']);
  }

  get #nowMs(): number {
    return this.clock.elapsedTime;
  }

  #step(): void {
    const nowMs = this.#nowMs;
    for (const { sessionId } of this.clients) {
      // One at a time: the rewind view is that of the input being applied.
      for (const input of this.inputs.get(sessionId)) {
        this.#world.applyInput(sessionId, input, this.whatWasSeenBy(sessionId), nowMs);
      }
    }
    this.#world.step(nowMs);
  }

  /** The first match of squads that have met counts; they may go on, for fun. */
  #report(standings: readonly Standing[]): void {
    if (this.match === null || this.state.matchNumber !== 1) return;
    this.match.report(ranksOf(killsByTeam(standings))).catch((error: unknown) => {
      this.log.warn({ err: error }, 'the result of the squads was not rated');
    });
  }
}
