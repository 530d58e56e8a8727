import type { WorldNode } from '../../../protocol/admin.ts';
import type { RoomClientView, RoomInspection } from '../../../protocol/operator-questions.ts';
import { ask } from '../api.ts';
import type { ConsoleContext } from '../console-page.ts';
import { html, set, write } from '../dom.ts';
import { Asking, actionButton, facts, link, Picker, Problem, present } from '../parts.ts';
import { StateTree } from '../state-tree.ts';
import { SortedTable } from '../table.ts';
import { duration } from '../words.ts';

const LOOK_EVERY_MS = 1_500;
/** Of what a close frame carries. */
const LONGEST_REASON = 40;
const ANYWHERE = 'least busy node';

/** One room from inside: its clients, its state, and what can be done to it. */
export class RoomView {
  readonly root: HTMLElement;
  readonly #context: ConsoleContext;
  readonly #regionId: string;
  readonly #roomId: string;
  readonly #problem = new Problem();
  readonly #facts = html('div');
  readonly #clients: SortedTable<RoomClientView>;
  readonly #tree = new StateTree();
  readonly #live = html(
    'button',
    { type: 'button', class: 'action', 'aria-pressed': 'true' },
    'Live',
  );
  readonly #target = new Picker('Move to', () => {});
  readonly #move: HTMLElement | null;
  readonly #asking = new Asking(LOOK_EVERY_MS, () => this.#look());
  #isLive = true;

  constructor(context: ConsoleContext, regionId: string, roomId: string) {
    this.#context = context;
    this.#regionId = regionId;
    this.#roomId = roomId;
    this.#clients = this.#clientTable();
    this.#live.addEventListener('click', () => this.#setLive(!this.#isLive));
    this.#move = this.#moveTools();
    const refresh = html('button', { type: 'button', class: 'action' }, 'Refresh');
    refresh.addEventListener('click', () => void this.#look());
    this.root = html(
      'div',
      {},
      html('p', { class: 'trail' }, link(`rooms/${regionId}`, `← Rooms of ${regionId}`)),
      html(
        'header',
        { class: 'page-head' },
        html('div', {}, html('h1', {}, `Room ${roomId}`)),
        html('div', { class: 'page-tools' }, ...present([this.#move, this.#closeButton()])),
      ),
      ...[this.#problem.root, this.#facts],
      html('h2', {}, 'Clients'),
      this.#clients.root,
      html('div', { class: 'section-head' }, html('h2', {}, 'State'), this.#live, refresh),
      this.#tree.root,
    );
    this.#asking.again();
  }

  close(): void {
    this.#asking.stop();
  }

  #setLive(isLive: boolean): void {
    this.#isLive = isLive;
    set(this.#live, { 'aria-pressed': String(isLive) });
    write(this.#live, isLive ? 'Live' : 'Paused');
    if (isLive) this.#asking.again();
    else this.#asking.stop();
  }

  async #look(): Promise<void> {
    try {
      const [regionId, roomId] = [this.#regionId, this.#roomId];
      this.#show(await ask({ question: 'room', regionId, roomId }));
      this.#problem.show(null);
    } catch (error) {
      this.#problem.show((error as Error).message);
    }
  }

  #show(room: RoomInspection): void {
    const { roomName, nodeId, clients, maxClients, createdAtMs, phase, isDurable, matchId } = room;
    const limit = maxClients === null ? '' : ` of ${maxClients}`;
    this.#facts.replaceChildren(
      facts([
        ['Name', roomName],
        ['Players', `${clients}${limit}`],
        ['Age', duration(Date.now() - createdAtMs)],
        ['Phase', phase === 'live' ? 'live' : 'stands still'],
        ['Outlives its node', isDurable ? 'yes, it keeps a journal' : 'no'],
        ['Match', matchId ?? 'none'],
        ['Node', html('code', {}, nodeId)],
      ]),
    );
    if (this.#move !== null) this.#move.hidden = !room.isMovable;
    const others = this.#nodes().filter((node) => node.nodeId !== nodeId && node.state === 'up');
    this.#target.update([ANYWHERE, ...others.map((node) => node.nodeId)]);
    this.#clients.update(room.clientList, 'Nobody is connected.');
    this.#tree.update(room.state);
  }

  #nodes(): readonly WorldNode[] {
    const { world } = this.#context;
    return world?.nodes.filter(({ regionId }) => regionId === this.#regionId) ?? [];
  }

  #moveTools(): HTMLElement | null {
    const [regionId, roomId] = [this.#regionId, this.#roomId];
    const button = actionButton(this.#context, {
      ...{ label: 'Move', title: `Move room ${roomId}`, kind: 'move-room', isDanger: false },
      question: {
        title: 'Move this room?',
        text: 'It stands still for a moment and goes on at another node; its players stay in it.',
        verb: 'Move',
      },
      action: () => {
        const nodeId = this.#target.value === ANYWHERE ? null : this.#target.value;
        return { action: 'move-room', regionId, roomId, nodeId };
      },
      done: () => this.#asking.again(),
    });
    return button && html('div', { class: 'tool-group' }, this.#target.root, button);
  }

  #closeButton(): HTMLElement | null {
    const [regionId, roomId] = [this.#regionId, this.#roomId];
    return actionButton(this.#context, {
      ...{ label: 'Close room', title: `Close room ${roomId}`, kind: 'close-room' },
      question: {
        title: 'Close this room?',
        text: 'The game ends for everybody in it.',
        verb: 'Close room',
        reason: { label: 'Reason, as its players read it', longest: LONGEST_REASON },
      },
      action: (reason) => ({ action: 'close-room', regionId, roomId, reason }),
      done: () => this.#context.go(`rooms/${regionId}`),
    });
  }

  #clientTable(): SortedTable<RoomClientView> {
    return new SortedTable<RoomClientView>({
      ...{ caption: 'Clients of the room', keyOf: ({ sessionId }) => sessionId },
      columns: [
        { title: 'Player', value: ({ displayName }) => displayName ?? 'not signed in' },
        {
          title: 'Id',
          value: ({ playerId }) => playerId ?? '–',
          cell: ({ playerId }) =>
            playerId === null ? '–' : link(`players/${this.#regionId}/${playerId}`, playerId),
        },
        {
          title: 'Session',
          value: ({ sessionId }) => sessionId,
          cell: ({ sessionId }) => html('code', {}, sessionId),
        },
        {
          ...{ title: 'Round trip', isFigure: true },
          value: ({ rttP50Ms }) => rttP50Ms ?? -1,
          cell: ({ rttP50Ms }) => (rttP50Ms === null ? '–' : `${rttP50Ms} ms`),
        },
        { title: '', value: () => '', cell: (client) => this.#kickButton(client) ?? '' },
      ],
    });
  }

  #kickButton({ sessionId, displayName }: RoomClientView): HTMLElement | null {
    const [regionId, roomId] = [this.#regionId, this.#roomId];
    const who = displayName ?? sessionId;
    return actionButton(this.#context, {
      ...{ label: 'Kick', title: `Kick ${who} (${sessionId})`, kind: 'kick-client' },
      question: {
        title: `Kick ${who}?`,
        text: 'He loses his seat, and may join again.',
        verb: 'Kick',
        reason: { label: 'Reason, as he reads it', longest: LONGEST_REASON },
      },
      action: (reason) => ({ action: 'kick-client', regionId, roomId, sessionId, reason }),
      done: () => this.#asking.again(),
    });
  }
}
