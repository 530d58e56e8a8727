import type { ArenaState } from '../../shared/arena-state.ts';
import type { BattleSummary } from '../../shared/crowd/crowd-state.ts';
import type { Field } from '../../shared/field.ts';
import type { HurtMessage } from '../../shared/messages.ts';
import { STANCE } from '../../shared/rules.ts';
import { isSameTeam } from '../../shared/teams.ts';
import { armyScore } from './army-score.ts';
import { byId, element, replay, setText } from './dom.ts';
import { KillFeed } from './kill-feed.ts';
import { Minimap } from './minimap.ts';
import { NetworkPanel } from './network-panel.ts';
import { Results } from './results.ts';
import { Scoreboard } from './scoreboard.ts';
import { battleStandings, type Standing, standingsOf } from './standings.ts';
import { StatusBar } from './status-bar.ts';

const LEADERS = 4;
const SLOW_UPDATE_MS = 200;

export interface HudFrame {
  readonly state: ArenaState;
  /** Of a battle; null in an arena. */
  readonly summary: BattleSummary | null;
  readonly field: Field;
  readonly myId: string;
  readonly roomId: string;
  readonly roomNowMs: number;
  readonly nowMs: number;
  readonly dashClock: number;
  readonly view: { x: number; y: number; width: number; height: number };
  readonly delayMs: number;
  readonly renderer: string;
}

/** Everything that is drawn with HTML over the arena. */
export class Hud {
  readonly feed = new KillFeed();
  readonly network = new NetworkPanel();
  readonly scoreboard = new Scoreboard();
  readonly #minimap = new Minimap();
  readonly #results = new Results();
  readonly #status = new StatusBar();
  readonly #game = byId('game');
  readonly #clock = byId('clock');
  readonly #clockTime = byId('clock-time');
  readonly #clockScore = byId('clock-score');
  readonly #armies = byId('armies');
  readonly #armiesMine = byId('armies-mine');
  readonly #leaders = byId('leaders');
  readonly #damage = byId('damage');
  readonly #hitMarker = byId('hit-marker');
  readonly #announcement = byId('announcement');
  readonly #death = byId('death');
  readonly #deathBy = byId('death-by');
  readonly #deathWait = byId('death-wait');
  #standings: Standing[] = [];
  #slowAtMs = 0;
  #hurtUntilMs = 0;

  update(frame: HudFrame): void {
    const { state, summary, myId, nowMs } = frame;
    const me = state.fighters.get(myId);
    const leftMs = state.phaseEndsAtMs - frame.roomNowMs;
    this.#minimap.update({ ...frame, map: frame.field.map }, nowMs);
    this.network.update(nowMs, frame);
    if (me !== undefined) {
      this.#status.update(me, frame.dashClock, frame.field.tempo);
      const isDead = me.stance === STANCE.dead && state.podium.length === 0;
      this.#death.hidden = !isDead;
      if (isDead) this.#showDeath(me.respawnAtMs - frame.roomNowMs);
    }
    this.#game.dataset['hurt'] = String(nowMs < this.#hurtUntilMs);
    this.#game.dataset['mode'] = summary === null ? 'arena' : 'battle';
    if (nowMs - this.#slowAtMs < SLOW_UPDATE_MS) return;
    this.#slowAtMs = nowMs;
    this.#standings =
      summary === null ? standingsOf(state.fighters) : battleStandings(summary, myId, me);
    this.#updateClock(Math.max(0, leftMs));
    if (summary === null) this.#updateScore(me?.kills ?? 0, state.killsToWin);
    else this.#updateArmies(summary, me?.team ?? 0, state.killsToWin);
    this.#updateLeaders(myId);
    this.scoreboard.update({ standings: this.#standings, myId, roomId: frame.roomId });
    this.#results.update({ state, summary, standings: this.#standings, myId, leftMs });
  }

  /**
   * An arc around the player, on the side the shot came from.
   *
   * @param me - where the player is, in units
   * @param at - the same on the screen, CSS pixels
   */
  showDamageFrom(
    hurt: HurtMessage,
    me: { x: number; y: number },
    at: { x: number; y: number },
  ): void {
    this.#hurtUntilMs = performance.now() + 260;
    const arc = element('i', '');
    arc.style.left = `${at.x}px`;
    arc.style.top = `${at.y}px`;
    arc.style.rotate = `${Math.atan2(hurt.fromY - me.y, hurt.fromX - me.x)}rad`;
    arc.addEventListener('animationend', () => arc.remove());
    this.#damage.append(arc);
  }

  /** @param at - CSS pixels */
  showHit(at: { x: number; y: number }, isKill: boolean): void {
    this.#hitMarker.style.left = `${at.x}px`;
    this.#hitMarker.style.top = `${at.y}px`;
    replay(this.#hitMarker, isKill ? 'kill' : 'hit');
  }

  /** Who took the player out; shown until he is back. */
  nameKiller(name: string): void {
    this.#deathBy.replaceChildren('Taken out by ', element('b', '', name));
  }

  announce(text: string): void {
    setText(this.#announcement, text);
    replay(this.#announcement, 'true');
  }

  reset(): void {
    this.feed.clear();
    this.scoreboard.setOpen(false);
    this.#death.hidden = true;
    byId('results').hidden = true;
    delete this.#game.dataset['hurt'];
  }

  #showDeath(waitMs: number): void {
    const seconds = Math.max(0, waitMs / 1_000);
    setText(this.#deathWait, `Back in ${seconds.toFixed(1)} s`);
  }

  #updateClock(leftMs: number): void {
    const seconds = Math.ceil(leftMs / 1_000);
    const text = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
    setText(this.#clockTime, text);
    this.#clock.dataset['urgent'] = String(seconds <= 30);
  }

  #updateScore(myKills: number, killsToWin: number): void {
    this.#armies.hidden = true;
    const leader = this.#standings[0];
    const best = leader === undefined ? '' : ` · best ${leader.fighter.kills}`;
    this.#clockScore.replaceChildren(
      'you ',
      element('b', '', String(myKills)),
      `${best} · first to ${killsToWin}`,
    );
  }

  /** Like a rope that is pulled: the longer part is of those who lead. */
  #updateArmies(summary: BattleSummary, myTeam: number, killsToWin: number): void {
    const { mine, theirs } = armyScore(summary, myTeam);
    this.#armies.hidden = false;
    const part = (mine + 20) / (mine + theirs + 40);
    this.#armiesMine.style.width = `${(part * 100).toFixed(1)}%`;
    this.#clockScore.replaceChildren(
      element('b', 'friends', String(mine)),
      ' : ',
      element('b', 'foes', String(theirs)),
      ` · first to ${killsToWin}`,
    );
  }

  #updateLeaders(myId: string): void {
    const shown = this.#standings.slice(0, LEADERS);
    const mine = this.#standings.find(({ id }) => id === myId);
    if (mine !== undefined && mine.rank > LEADERS) shown.push(mine);
    this.#leaders.replaceChildren(
      ...shown.map(({ id, fighter, rank }) => {
        const line = element('li', '');
        if (id === myId) line.dataset['me'] = 'true';
        else if (mine !== undefined && isSameTeam(mine.fighter, fighter)) {
          line.dataset['friend'] = 'true';
        }
        line.append(
          element('span', '', String(rank)),
          element('span', '', fighter.name),
          element('span', '', String(fighter.kills)),
        );
        return line;
      }),
    );
  }
}
