// Friends who fight side by side: one makes a squad, the others join by its code, the leader searches for all of them.
//
//   menu ──▶ no squad ──make | join──▶ squad: code, members ──leader: search──▶ looking … ──▶ each joins the match's room
//              ▲                          │  ▲                                     │
//              └────────leave─────────────┘  └──cancelled · nobody found───────────┘

import { type MatchTicket, type MeridianClient, MeridianError } from '@meridian/client';
import type { ArenaState } from '../../shared/arena-state.ts';
import { SQUAD_QUEUE } from '../../shared/rules.ts';
import { byId, element, setText } from '../hud/dom.ts';
import { ArenaSession } from '../net/arena-session.ts';
import { statusOf } from './party-words.ts';

export interface PartyMenuEvents {
  /** Signs in under the name that was typed. */
  readonly signIn: () => Promise<void>;
  readonly found: (session: ArenaSession) => void;
  readonly closed: () => void;
}

export class PartyMenu {
  readonly #client: MeridianClient;
  readonly #events: PartyMenuEvents;
  readonly #panel = byId('party');
  readonly #status = byId('party-status');
  readonly #code = byId<HTMLInputElement>('party-code');
  #stops: readonly (() => void)[] = [];
  #ticket: MatchTicket | null = null;
  #startedAtMs = 0;
  #isBusy = false;
  #problem = '';

  constructor(client: MeridianClient, events: PartyMenuEvents) {
    this.#client = client;
    this.#events = events;
    const on = (id: string, work: () => Promise<unknown>) =>
      byId(id).addEventListener('click', () => void this.#try(work));
    on('party-create', () => client.parties.create());
    on('party-search', () => client.matchmaking.enter(SQUAD_QUEUE));
    on('party-cancel', async () => await this.#ticket?.cancel());
    on('party-leave', async () => await this.#leave());
    on('party-copy', async () => await this.#copy());
    byId('party-join').addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#try(() => client.parties.join(this.#code.value.trim()));
    });
  }

  /** @param code - of a friend's invitation: his squad is joined */
  async open(code: string | null = null): Promise<void> {
    this.#panel.hidden = false;
    this.#problem = '';
    this.#write();
    byId('party-title').focus();
    await this.#try(async () => {
      await this.#events.signIn();
      this.#listen();
      if (code === null || code === '') return;
      this.#code.value = code;
      await this.#client.parties.join(code);
    });
  }

  /** Once per frame: only what time changes. */
  tick(): void {
    if (!this.#panel.hidden) setText(this.#status, this.#problem || this.#words());
  }

  #listen(): void {
    if (this.#stops.length > 0) return;
    this.#stops = [
      this.#client.parties.onChange(() => this.#write()),
      this.#client.matchmaking.onTicket((ticket) => void this.#follow(ticket)),
    ];
  }

  async #follow(ticket: MatchTicket): Promise<void> {
    // A match of before a reload: its seat was taken then.
    if (ticket.state === 'matched') return;
    this.#ticket = ticket;
    this.#startedAtMs = performance.now();
    this.#problem = '';
    ticket.onChange(() => this.#write());
    try {
      const room = await ticket.join<ArenaState>();
      this.#events.found(new ArenaSession(room));
      if (this.#ticket === ticket) this.#ticket = null;
    } catch (error) {
      const isTold = error instanceof MeridianError && error.code.startsWith('TICKET_');
      if (!isTold) this.#problem = wordsFor(error);
    }
    this.#write();
  }

  async #leave(): Promise<void> {
    if (this.#client.parties.current !== null) {
      await this.#client.parties.leave();
      this.#ticket = null;
      return;
    }
    if (this.#isSearching) await this.#ticket?.cancel();
    for (const stop of this.#stops) stop();
    this.#stops = [];
    this.#ticket = null;
    this.#panel.hidden = true;
    this.#events.closed();
  }

  async #copy(): Promise<void> {
    const { current } = this.#client.parties;
    if (current === null) return;
    const link = `${location.origin}${location.pathname}?squad=${current.code}`;
    try {
      await navigator.clipboard.writeText(link);
      setText(byId('party-copy'), 'Copied');
    } catch {
      // Clipboards need a secure page and a permission: the code can be told.
      this.#problem = link;
    }
  }

  async #try(work: () => Promise<unknown>): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.#problem = '';
    this.#write();
    try {
      await work();
    } catch (error) {
      // An invitation to the squad one is in already, e.g. after a reload.
      const isInOne = error instanceof MeridianError && error.code === 'PARTY_EXISTS';
      if (!isInOne) this.#problem = wordsFor(error);
    } finally {
      this.#isBusy = false;
      this.#write();
    }
  }

  get #isSearching(): boolean {
    return this.#ticket?.state === 'queued' || this.#ticket?.state === 'searching';
  }

  get #isLeader(): boolean {
    return this.#client.parties.current?.leaderId === this.#client.playerId;
  }

  #words(): string {
    return statusOf(this.#client.parties.current, this.#ticket?.body ?? null, {
      waitedMs: performance.now() - this.#startedAtMs,
      isLeader: this.#isLeader,
    });
  }

  #write(): void {
    const { current } = this.#client.parties;
    byId('party-none').hidden = current !== null;
    byId('party-have').hidden = current === null;
    setText(byId('party-shown'), current?.code ?? '');
    if (current === null) setText(byId('party-copy'), 'Copy link');
    const members = (current?.members ?? []).map(({ playerId, displayName }) => {
      const item = element('li', '', displayName);
      if (playerId === current?.leaderId) item.append(element('small', '', 'leader'));
      return item;
    });
    byId('party-members').replaceChildren(...members);
    byId('party-search').hidden = !this.#isLeader || this.#isSearching;
    byId('party-cancel').hidden = !this.#isSearching;
    setText(byId('party-leave'), current === null ? 'Back' : 'Leave');
    for (const button of this.#panel.querySelectorAll('button')) button.disabled = this.#isBusy;
    this.tick();
  }
}

function wordsFor(error: unknown): string {
  if (!(error instanceof MeridianError)) return 'That did not work.';
  return error.code === 'PARTY_UNKNOWN' ? 'No squad has this code.' : error.message;
}
