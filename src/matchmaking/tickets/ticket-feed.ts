import type { MatchmakingPush } from '../../protocol/matchmaking.ts';
import type { Clock } from '../../shared/clock.ts';
import type { PlayerSocket } from '../contract.ts';
import type { PartyStore } from '../parties/party.ts';
import { partyBody } from '../parties/party-body.ts';
import type { TicketRecord } from './ticket-record.ts';
import type { TicketStore } from './ticket-store.ts';
import type { ViewTicket } from './ticket-view.ts';

/** How often a waiting player is told how far his search has widened, at most; and whoever could not be told what he has, is. */
const TELL_EVERY_MS = 1_000;

export interface TicketFeedDeps {
  readonly regionId: string;
  readonly store: TicketStore;
  readonly parties: PartyStore;
  readonly view: ViewTicket;
  readonly clock: Clock;
}

interface Listener {
  readonly playerId: string;
  readonly socket: PlayerSocket;
  /** The ticket he waits on; null: none, or it has ended. */
  waiting: TicketRecord | null;
  /** Of the last push of the search; one that says the same is not sent. */
  told: string;
  /** False while what he has is being read: what is pushed meanwhile could be older than that, or newer. */
  isGreeted: boolean;
  /** What he has is being read now. */
  isAsking: boolean;
  /** Pushes that had to wait for that. */
  missed: number;
}

/** Tells the players who listen here what becomes of their tickets and parties. */
export class TicketFeed {
  readonly #deps: TicketFeedDeps;
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #unsubscribe: readonly (() => void)[];
  readonly #timer: NodeJS.Timeout;

  constructor(deps: TicketFeedDeps) {
    this.#deps = deps;
    const { store, parties, regionId } = deps;
    this.#unsubscribe = [
      store.onChange((record) => {
        for (const { playerId } of record.ticket.players) {
          for (const listener of this.#of(playerId)) void this.#tellTicket(listener, record);
        }
      }),
      store.onGap(() => {
        for (const listener of this.#all()) this.#tellAgain(listener);
      }),
      parties.onChange(({ playerIds, party }) => {
        const body = party === null ? null : partyBody(party, regionId);
        for (const playerId of playerIds) {
          for (const listener of this.#of(playerId)) push(listener, { party: body });
        }
      }),
    ];
    this.#timer = setInterval(() => {
      for (const listener of this.#all()) if (!listener.isGreeted) this.#tellAgain(listener);
      this.#tellSearches();
    }, TELL_EVERY_MS).unref();
  }

  /** The player hears what he has now, then what changes. @throws {GameError} `DIRECTORY_UNAVAILABLE` */
  async watch(playerId: string, socket: PlayerSocket): Promise<void> {
    const listener: Listener = {
      ...{
        playerId,
        socket,
        waiting: null,
        told: '',
        isGreeted: false,
        isAsking: false,
        missed: 0,
      },
    };
    const ofPlayer = this.#listeners.get(playerId) ?? new Set();
    this.#listeners.set(playerId, ofPlayer.add(listener));
    socket.onClose(() => {
      ofPlayer.delete(listener);
      if (ofPlayer.size === 0 && this.#listeners.get(playerId) === ofPlayer) {
        this.#listeners.delete(playerId);
      }
    });
    await this.#tellAll(listener);
  }

  close(): void {
    clearInterval(this.#timer);
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
  }

  /** While the store cannot be asked he hears nothing, not even of a match: the next look tries again. */
  #tellAgain(listener: Listener): void {
    listener.isGreeted = false;
    void this.#tellAll(listener).catch(() => {});
  }

  /** One reading at a time: of two, the older could have the last word. */
  async #tellAll(listener: Listener): Promise<void> {
    listener.missed += 1;
    if (listener.isAsking) return;
    listener.isAsking = true;
    try {
      await this.#readAll(listener);
    } finally {
      listener.isAsking = false;
    }
  }

  async #readAll(listener: Listener): Promise<void> {
    const { store, parties, regionId, view } = this.#deps;
    const { playerId, socket } = listener;
    for (;;) {
      listener.missed = 0;
      const [record, party] = await Promise.all([
        store.ofPlayer(playerId),
        parties.ofPlayer(playerId),
      ]);
      const ticket = record === null ? null : await view(record, playerId);
      if (listener.missed > 0) continue;
      listener.waiting = record !== null && isWaiting(record) ? record : null;
      listener.isGreeted = true;
      const frame: MatchmakingPush = {
        ticket,
        party: party === null ? null : partyBody(party, regionId),
      };
      socket.push(frame);
      return;
    }
  }

  async #tellTicket(listener: Listener, record: TicketRecord): Promise<void> {
    listener.waiting = isWaiting(record) ? record : null;
    // A claim is not his business until it is a match.
    if (record.state.kind === 'claimed') return;
    push(listener, { ticket: await this.#deps.view(record, listener.playerId) });
  }

  #tellSearches(): void {
    for (const listener of this.#all()) {
      if (listener.waiting?.state.kind === 'searching') void this.#tellSearch(listener);
    }
  }

  async #tellSearch(listener: Listener): Promise<void> {
    const { waiting } = listener;
    if (waiting === null) return;
    const ticket = await this.#deps.view(waiting, listener.playerId);
    if (listener.waiting !== waiting || ticket.state !== 'searching') return;
    const told = JSON.stringify(ticket.widening);
    if (told === listener.told) return;
    listener.told = told;
    push(listener, { ticket });
  }

  #of(playerId: string): Iterable<Listener> {
    return this.#listeners.get(playerId) ?? [];
  }

  #all(): readonly Listener[] {
    return [...this.#listeners.values()].flatMap((ofPlayer) => [...ofPlayer]);
  }
}

function push(listener: Listener, frame: MatchmakingPush): void {
  if (listener.isGreeted) listener.socket.push(frame);
  else listener.missed += 1;
}

function isWaiting({ state }: TicketRecord): boolean {
  return state.kind === 'searching' || state.kind === 'claimed';
}
