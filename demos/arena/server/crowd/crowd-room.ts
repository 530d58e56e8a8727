import { type Client, defineInterest, Room } from 'meridian';
import {
  CROWD_SIZE,
  CROWD_TEMPO,
  LEAST_CROWD_SIZE,
  SIGHT_RADIUS,
} from '../../shared/crowd/crowd-rules.ts';
import type { CrowdState } from '../../shared/crowd/crowd-state.ts';
import type { KillMessage } from '../../shared/messages.ts';
import { MoveInput } from '../../shared/move-input.ts';
import { seededRandom } from '../../shared/random.ts';
import { MATCH_PHASE, MAX_REWIND_MS, RECONNECT_SECONDS } from '../../shared/rules.ts';
import type { Standing } from '../arena-events.ts';
import { askForCurrentName } from '../current-name.ts';
import { addStatistics, saveResults } from '../match-statistics.ts';
import { numberWithin } from '../number-within.ts';
import { CrowdWorld } from './crowd-world.ts';

/** Options of `joinOrCreate('battle', …)`; they count only for whoever creates the room. */
export interface CrowdOptions {
  /** How many fight, people and bots together. Default and most: 1000. */
  readonly fighters?: number;
}

/** Two armies of five hundred: bots fill it, people take their places. Everybody gets what is near to him. */
export class CrowdRoom extends Room<{ state: CrowdState; input: MoveInput }> {
  override maxClients = CROWD_SIZE;
  override readonly interest = defineInterest({ fighters: { radius: SIGHT_RADIUS } });
  override readonly inputs = this.defineInput(MoveInput);
  readonly #rewind = this.allowRewindState({ maxRewindMs: MAX_REWIND_MS });
  #world!: CrowdWorld;

  override onCreate(options: CrowdOptions): void {
    const size = numberWithin(options.fighters, LEAST_CROWD_SIZE, CROWD_SIZE) ?? CROWD_SIZE;
    this.maxClients = size;
    this.#world = new CrowdWorld(
      {
        size,
        random: seededRandom(Math.floor(Math.random() * 2 ** 32)),
        events: {
          killed: (kill) => this.#tellWhoIsNear(kill),
          hurt: (victimId, hurt) => this.clients.getById(victimId)?.send('hurt', hurt),
          hit: (shooterId, hit) => this.clients.getById(shooterId)?.send('hit', hit),
          pickedUp: (fighterId, pickup) => this.clients.getById(fighterId)?.send('pickup', pickup),
          matchEnded: (standings) => this.#saveResults(standings),
        },
      },
      this.#nowMs,
    );
    this.state = this.#world.state;
    this.#rewind.attachAll(this.state.fighters, { fields: ['x', 'y'] });
    this.setFixedTimestep(() => this.#step(), CROWD_TEMPO.stepRateHz);
  }

  override onJoin(client: Client): void {
    this.#world.addPlayer(client.sessionId, client.auth.displayName, this.#nowMs);
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
    // Once the results show, this battle is saved already.
    if (fighter !== undefined && this.state.phase === MATCH_PHASE.playing) {
      addStatistics(this, client, {
        'arena.kills': fighter.kills,
        'arena.deaths': fighter.deaths,
      });
    }
    this.#world.removePlayer(client.sessionId, this.#nowMs);
  }

  get #nowMs(): number {
    return this.clock.elapsedTime;
  }

  #step(): void {
    const nowMs = this.#nowMs;
    for (const { sessionId } of this.clients) {
      // One at a time: the rewind view is that of the input being applied.
      for (const input of this.inputs.get(sessionId)) {
        const seen = this.#rewind.lastSeenBy(sessionId);
        this.#world.applyInput(
          sessionId,
          input,
          (fighter) => seen.read(fighter, ['x', 'y']),
          nowMs,
        );
      }
    }
    this.#world.step(nowMs);
  }

  /** Dozens fall in each second: whoever saw it, did it or suffered it is told, and nobody else. */
  #tellWhoIsNear(kill: KillMessage): void {
    const victim = this.state.fighters.get(kill.victimId);
    for (const client of this.clients) {
      const viewer = this.state.fighters.get(client.sessionId);
      if (victim === undefined || viewer === undefined) continue;
      const isOwn = client.sessionId === kill.killerId || client.sessionId === kill.victimId;
      const distance = Math.hypot(victim.x - viewer.x, victim.y - viewer.y);
      if (isOwn || distance < SIGHT_RADIUS) client.send('kill', kill);
    }
  }

  #saveResults(standings: readonly Standing[]): void {
    const { westKills, eastKills } = this.state.summary;
    const winner = westKills === eastKills ? 0 : westKills > eastKills ? 1 : 2;
    saveResults(this, standings, ({ team }) => team === winner);
  }
}
