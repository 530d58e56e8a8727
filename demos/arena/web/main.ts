import { type ConnectionState, MeridianClient, MeridianError } from '@meridian/client';
import { lossInWords } from '../../web/loss-in-words.ts';
import { rememberedName, rememberName } from '../../web/player-name.ts';
import { CROWD_SIZE } from '../shared/crowd/crowd-rules.ts';
import { CROWD_FIELD } from '../shared/field.ts';
import { DEFAULT_FILL, KILLS_TO_WIN, MATCH_MS } from '../shared/rules.ts';
import { Sounds } from './audio/sounds.ts';
import { Game } from './game.ts';
import { byId, setText } from './hud/dom.ts';
import { Hud } from './hud/hud.ts';
import {
  ArenaSession,
  type BattleRules,
  type JoinRequest,
  type MatchRules,
} from './net/arena-session.ts';
import { signInAs } from './net/sign-in.ts';
import { PartyMenu } from './party/party-menu.ts';
import { Stage } from './render/stage.ts';
import { openTestWindow } from './test-window.ts';

// The page: menu ──▶ joining ──▶ play ──▶ menu, with an error screen that always offers a way on.

export type Screen = 'menu' | 'joining' | 'play' | 'error';

/** A frame that took longer than this was not a frame: the tab slept. */
const MOST_FRAME_MS = 100;

class Page {
  readonly #root = byId('game');
  readonly #sounds = new Sounds();
  readonly #hud = new Hud();
  readonly #stage: Stage;
  readonly #client = new MeridianClient();
  readonly #party = new PartyMenu(this.#client, {
    signIn: () => signInAs(this.#client, this.#typedName()),
    found: (session) => void this.#enter(session),
    closed: () => {
      history.replaceState(null, '', location.pathname);
      this.#show('menu');
    },
  });
  #game: Game | null = null;
  #screen: Screen = 'menu';
  /** What was asked for last, to be asked for again. */
  #lastRules: JoinRequest['rules'] = wantedRules();
  #lastFrameMs = performance.now();

  private constructor(stage: Stage) {
    this.#stage = stage;
  }

  static async open(): Promise<void> {
    // Before anything is waited for: what the visitor types from now on is his.
    byId<HTMLInputElement>('name').value = rememberedName();
    const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const page = new Page(await Stage.open(byId('stage'), { isCalm }));
    if ('fighters' in wantedRules()) page.#stage.setField(CROWD_FIELD);
    page.#bindMenu();
    page.#bindButtons();
    page.#bindKeys();
    openTestWindow(() => ({
      screen: page.#screen,
      session: page.#game?.session ?? null,
      hits: page.#game?.hits ?? 0,
      hud: page.#hud,
      stage: page.#stage,
    }));
    requestAnimationFrame((nowMs) => page.#frame(nowMs));
  }

  #frame(nowMs: number): void {
    const elapsedMs = Math.min(MOST_FRAME_MS, Math.max(0, nowMs - this.#lastFrameMs));
    this.#lastFrameMs = nowMs;
    this.#party.tick();
    if (this.#game === null) this.#drift(nowMs);
    else this.#game.frame(nowMs, elapsedMs);
    this.#stage.draw(elapsedMs);
    requestAnimationFrame((next) => this.#frame(next));
  }

  /** Behind the menu the camera wanders through the empty arena. */
  #drift(nowMs: number): void {
    const turn = nowMs / 16_000;
    const { width, height } = this.#stage.field.map;
    this.#stage.camera.jumpTo(
      width / 2 + Math.cos(turn) * 420,
      height / 2 + Math.sin(turn * 1.3) * 260,
    );
  }

  async #play(rules: JoinRequest['rules']): Promise<void> {
    this.#sounds.unlock();
    this.#lastRules = rules;
    this.#show('joining');
    const request = { displayName: this.#typedName(), roomId: invitedRoom(), rules };
    try {
      await this.#enter(await ArenaSession.join(request, this.#client));
    } catch (error) {
      this.#showError(error);
    }
  }

  async #enter(session: ArenaSession): Promise<void> {
    await this.#leave();
    this.#game = new Game({
      session,
      stage: this.#stage,
      hud: this.#hud,
      sounds: this.#sounds,
      onConnection: (state) => this.#showConnection(state),
    });
    this.#show('play');
  }

  #typedName(): string {
    const displayName = byId<HTMLInputElement>('name').value.trim();
    rememberName(displayName);
    return displayName;
  }

  async #leave(): Promise<void> {
    const game = this.#game;
    this.#game = null;
    byId('banner').hidden = true;
    await game?.leave();
  }

  #show(screen: Screen): void {
    this.#screen = screen;
    // The menu stays visible while joining: the wait is short, and the eye has somewhere to rest.
    this.#root.dataset['screen'] = screen === 'joining' ? 'menu' : screen;
    byId('error').hidden = screen !== 'error';
    const play = byId<HTMLButtonElement>('play');
    play.disabled = screen === 'joining';
    byId<HTMLButtonElement>('battle').disabled = screen === 'joining';
    setText(play, screen === 'joining' ? 'Joining …' : 'Play');
    if (screen === 'menu') byId<HTMLInputElement>('name').focus();
    if (screen === 'play') (document.activeElement as HTMLElement | null)?.blur();
  }

  #showError(error: unknown): void {
    const known = error instanceof MeridianError ? error : null;
    setText(byId('error-title'), known?.code === 'NETWORK' ? 'No connection' : 'That did not work');
    setText(
      byId('error-text'),
      known?.message ?? 'Something unexpected happened. It is not your fault.',
    );
    setText(byId('error-code'), known?.code ?? (error instanceof Error ? error.message : ''));
    this.#show('error');
    byId('error-retry').focus();
  }

  #showConnection(state: ConnectionState): void {
    const banner = byId('banner');
    delete banner.dataset['kind'];
    if (state.kind === 'connected') banner.hidden = true;
    if (state.kind === 'reconnecting') {
      banner.hidden = false;
      setText(banner, lossInWords(state));
    }
    if (state.kind === 'resumed') {
      banner.dataset['kind'] = 'good';
      const where = state.hasMoved ? 'Back on another server' : 'Back';
      setText(banner, `${where} after ${(state.outageMs / 1_000).toFixed(1)} s`);
      setTimeout(() => {
        if (banner.dataset['kind'] === 'good') banner.hidden = true;
      }, 2_200);
    }
    if (state.kind === 'closed' && this.#game !== null) {
      const { reason } = state;
      void this.#leave().then(() =>
        this.#showError(new MeridianError({ code: 'CLOSED', message: reason, retryable: true })),
      );
    }
  }

  #bindMenu(): void {
    byId('menu-form').addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#play(wantedRules());
    });
    byId('battle').addEventListener('click', () => void this.#play(BATTLE));
    byId('party-open').addEventListener('click', () => {
      this.#sounds.unlock();
      void this.#party.open();
    });
    const squad = new URLSearchParams(location.search).get('squad');
    if (invitedRoom() !== null) setText(byId('menu-note'), 'You are invited to a running match.');
    else setText(byId('tagline'), taglineOf(wantedRules()));
    byId('battle').hidden = 'fighters' in wantedRules() || invitedRoom() !== null;
    this.#show('menu');
    if (squad !== null) void this.#party.open(squad);
  }

  #bindButtons(): void {
    byId('button-sound').addEventListener('click', () => this.#toggleSound());
    byId('button-network').addEventListener('click', () => this.#hud.network.toggle());
    byId('button-scores').addEventListener('click', () =>
      this.#hud.scoreboard.setOpen(!this.#hud.scoreboard.isOpen),
    );
    byId('button-leave').addEventListener(
      'click',
      () => void this.#leave().then(() => this.#show('menu')),
    );
    byId('error-retry').addEventListener('click', () => void this.#play(this.#lastRules));
    byId('error-menu').addEventListener('click', () => {
      // A dead invitation would fail again.
      history.replaceState(null, '', location.pathname);
      setText(byId('menu-note'), '');
      this.#show('menu');
    });
    byId('button-sound').setAttribute('aria-pressed', String(!this.#sounds.isMuted));
    for (const gesture of ['pointerdown', 'keydown']) {
      window.addEventListener(gesture, () => this.#sounds.unlock(), { once: true });
    }
  }

  #bindKeys(): void {
    window.addEventListener('keydown', (event) => {
      if (this.#screen !== 'play' || event.repeat) return;
      if (event.code === 'Tab') {
        event.preventDefault();
        this.#hud.scoreboard.setOpen(true);
      }
      if (event.code === 'KeyM') this.#toggleSound();
      if (event.code === 'KeyN') this.#hud.network.toggle();
      if (event.code === 'Escape') this.#hud.scoreboard.setOpen(false);
    });
    window.addEventListener('keyup', (event) => {
      if (event.code === 'Tab' && this.#screen === 'play') this.#hud.scoreboard.setOpen(false);
    });
  }

  #toggleSound(): void {
    this.#sounds.setMuted(!this.#sounds.isMuted);
    byId('button-sound').setAttribute('aria-pressed', String(!this.#sounds.isMuted));
  }
}

/** The room of an invitation link, `/arena/?room=<id>`. */
function invitedRoom(): string | null {
  const roomId = new URLSearchParams(location.search).get('room');
  return roomId === null || roomId === '' ? null : roomId;
}

const BATTLE: BattleRules = { fighters: CROWD_SIZE };

function taglineOf(rules: MatchRules | BattleRules): string {
  return 'fighters' in rules
    ? `Two armies, ${rules.fighters} fighters. One town.`
    : `First to ${rules.killsToWin}. No mercy.`;
}

/**
 * The usual rules, or those of a link such as `/arena/?bots=4&kills=5&minutes=2` or `/arena/?battle=1000`; the room keeps
 * them within bounds.
 */
function wantedRules(): MatchRules | BattleRules {
  const parameters = new URLSearchParams(location.search);
  const number = (name: string, usual: number) => {
    const value = Number.parseFloat(parameters.get(name) ?? '');
    return Number.isFinite(value) ? value : usual;
  };
  if (parameters.has('battle')) return { fighters: Math.round(number('battle', CROWD_SIZE)) };
  return {
    bots: number('bots', DEFAULT_FILL),
    killsToWin: Math.round(Math.min(KILLS_TO_WIN, Math.max(1, number('kills', KILLS_TO_WIN)))),
    matchMs: Math.round(number('minutes', MATCH_MS / 60_000) * 60_000),
  };
}

await Page.open();
