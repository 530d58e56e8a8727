import type { ConnectionState, MeridianClient, MeridianRoom } from '@meridian/client';
import type { DuelState } from '../shared/duel-state.ts';
import type { DuelOptions, Refusal, TimeAnswer } from '../shared/messages.ts';
import { formatMove } from '../shared/notation.ts';
import type { Move } from '../shared/rules.ts';
import { type GameView, type PendingMove, viewOf } from './game-view.ts';
import type { FoundTable } from './queue/queue-search.ts';
import { ServerTime } from './server-time.ts';

/** How to get to a table: by its id (an invitation, or a reload), or to whichever one suits. */
export type TableChoice =
  | {
      readonly kind: 'room';
      readonly roomId: string;
      /** Null: the region of this page's server. */
      readonly regionId: string | null;
    }
  | { readonly kind: 'any'; readonly options: DuelOptions };

export interface TableEvents {
  readonly view: (view: GameView) => void;
  readonly refused: (refusal: Refusal) => void;
  readonly connection: (state: ConnectionState) => void;
}

const TIME_SAMPLES = 3;

/** This browser's place at a table. Own moves are shown at once and taken back when the room refuses them. */
export class TableSession {
  readonly time = new ServerTime();
  /** Null: the region of this page's server. */
  readonly regionId: string | null;
  readonly #room: MeridianRoom<DuelState>;
  readonly #events: TableEvents;
  #pending: PendingMove | null = null;
  #view: GameView | null = null;

  static async open(
    client: MeridianClient,
    choice: TableChoice,
    events: TableEvents,
  ): Promise<TableSession> {
    const room =
      choice.kind === 'room'
        ? await client.joinById<DuelState>(
            choice.roomId,
            {},
            choice.regionId === null ? {} : { regionId: choice.regionId },
          )
        : await client.joinOrCreate<DuelState>('duel', { ...choice.options });
    const regionId = choice.kind === 'room' ? choice.regionId : null;
    return new TableSession({ room, regionId }, events);
  }

  constructor({ room, regionId }: FoundTable, events: TableEvents) {
    this.#room = room;
    this.regionId = regionId;
    this.#events = events;
    room.onStateChange(() => this.#read());
    room.onMessage<Refusal>('refused', (refusal) => {
      if (refusal.request === 'move') this.#pending = null;
      this.#read();
      events.refused(refusal);
    });
    room.onConnection((state) => {
      if (state.kind === 'connected' || state.kind === 'resumed') void this.#measureTime();
      events.connection(state);
    });
    this.#read();
  }

  get roomId(): string {
    return this.#room.roomId;
  }

  get view(): GameView | null {
    return this.#view;
  }

  move(move: Move): void {
    if (this.#view === null) return;
    const { game, position } = this.#view;
    this.#pending = { game, ply: position.ply, text: formatMove(move) };
    this.#room.send('move', { game, ply: position.ply, move: this.#pending.text });
    this.#read();
  }

  resign(): void {
    this.#room.send('resign', { game: this.#view?.game ?? 0 });
  }

  rematch(isWanted: boolean): void {
    this.#room.send('rematch', { game: this.#view?.game ?? 0, isWanted });
  }

  leave(): Promise<void> {
    return this.#room.leave();
  }

  #read(): void {
    const { state, sessionId } = this.#room;
    const pending = this.#pending;
    const isSettled =
      pending !== null && (state.game !== pending.game || (state.moves?.length ?? 0) > pending.ply);
    if (isSettled) this.#pending = null;
    const view = viewOf(state, sessionId, this.#pending);
    if (view === null) return;
    this.#view = view;
    this.#events.view(view);
  }

  async #measureTime(): Promise<void> {
    for (let sample = 0; sample < TIME_SAMPLES; sample++) {
      const sentAtMs = Date.now();
      try {
        const { serverAtMs } = await this.#room.request<TimeAnswer>('time', {});
        this.time.add({ sentAtMs, serverAtMs, receivedAtMs: Date.now() });
      } catch {
        // The connection is down; it is measured again when it is back.
        return;
      }
    }
  }
}
