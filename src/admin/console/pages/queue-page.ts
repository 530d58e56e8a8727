import type { TicketExplanation } from '../../../protocol/matchmaking.ts';
import type { TicketRow } from '../../../protocol/operator-questions.ts';
import { ask } from '../api.ts';
import type { ConsoleContext, ConsolePage, OpenPage } from '../console-page.ts';
import { count } from '../count.ts';
import { html, write } from '../dom.ts';
import { Asking, facts, link, Picker, Problem, pageHead } from '../parts.ts';
import { SortedTable } from '../table.ts';
import { duration, reasonWords } from '../words.ts';

const LOOK_EVERY_MS = 2_000;

/** Who waits in a queue, for how long, and why. */
export const queuePage: ConsolePage = {
  ...{ id: 'queue', title: 'Queue', key: 'q' },
  open: (context, path) => new QueuePage(context, path),
};

class QueuePage implements OpenPage {
  readonly root: HTMLElement;
  readonly #context: ConsoleContext;
  readonly #path: readonly string[];
  readonly #region: Picker;
  readonly #queue: Picker;
  readonly #problem = new Problem();
  readonly #total = html('p', { class: 'note' });
  readonly #why = html('section', { class: 'why', 'aria-live': 'polite' });
  readonly #table: SortedTable<TicketRow>;
  readonly #asking = new Asking(LOOK_EVERY_MS, () => this.#look());

  constructor(context: ConsoleContext, path: readonly string[]) {
    this.#context = context;
    this.#path = path;
    this.#region = new Picker('Region', () => this.#asking.again());
    this.#queue = new Picker('Queue', () => this.#asking.again());
    this.#table = this.#makeTable();
    this.#why.hidden = true;
    this.root = html(
      'div',
      { class: 'plain-page' },
      pageHead(
        'Queue',
        'Tickets that wait, the longest first, and what stands in their way.',
        ...[this.#region.root, this.#queue.root],
      ),
      ...[this.#problem.root, this.#why, this.#table.root, this.#total],
    );
  }

  update(): void {
    const { world } = this.#context;
    if (world === null) return;
    const isFirst = this.#region.value === '';
    const regions = world.regions.map(({ regionId }) => regionId);
    const [wanted = world.ownRegionId ?? undefined] = this.#path;
    this.#region.update(regions, isFirst ? wanted : undefined);
    if (isFirst) this.#asking.again();
  }

  close(): void {
    this.#asking.stop();
  }

  async #look(): Promise<void> {
    const { round } = this.#asking;
    const regionId = this.#region.value;
    try {
      const view = await ask({ question: 'world', regionId });
      const queues = view.queues.filter((each) => each.regionId === regionId);
      this.#queue.update(queues.map((each) => each.queue));
      const queue = this.#queue.value;
      const list = queue === '' ? null : await ask({ question: 'tickets', regionId, queue });
      if (round !== this.#asking.round) return;
      this.#problem.show(null);
      const empty = queue === '' ? 'This game has no queues here.' : `Nobody waits in ${queue}.`;
      this.#table.update(list?.tickets ?? [], empty);
      write(this.#total, list === null ? '' : count(list.total, 'ticket'));
    } catch (error) {
      if (round === this.#asking.round) this.#problem.show((error as Error).message);
    }
  }

  async #explain({ ticketId, players }: TicketRow): Promise<void> {
    const regionId = this.#region.value;
    const [{ playerId } = { playerId: '' }] = players;
    this.#why.hidden = false;
    try {
      const said = await ask({ question: 'ticket', regionId, ticketId, playerId });
      this.#why.replaceChildren(...explanation(said, players.map(nameOf).join(', ')));
    } catch (error) {
      this.#why.replaceChildren(html('p', { class: 'problem' }, (error as Error).message));
    }
  }

  #makeTable(): SortedTable<TicketRow> {
    return new SortedTable<TicketRow>({
      ...{ caption: 'Tickets', keyOf: ({ ticketId }) => ticketId, sortedBy: 1 },
      columns: [
        {
          title: 'Players',
          value: ({ players }) => players.map(nameOf).join(', '),
          cell: ({ players }) =>
            html(
              'span',
              { class: 'row-links' },
              ...players.map((player) =>
                link(`players/${this.#region.value}/${player.playerId}`, nameOf(player)),
              ),
            ),
        },
        {
          ...{ title: 'Waits', isFigure: true },
          value: ({ waitedMs }) => waitedMs,
          cell: ({ waitedMs }) => duration(waitedMs),
        },
        { ...{ title: 'Rating', isFigure: true }, value: ({ players }) => players[0]?.rating ?? 0 },
        {
          title: 'Nearest region',
          value: ({ nearest }) =>
            nearest === null ? '–' : `${nearest.regionId}, ${Math.round(nearest.latencyMs)} ms`,
        },
        {
          title: 'State',
          value: ({ state }) => (state === 'claimed' ? 'being matched' : 'searching'),
        },
        { title: '', value: () => '', cell: (ticket) => this.#whyButton(ticket) },
      ],
    });
  }

  #whyButton(ticket: TicketRow): HTMLElement {
    const title = `Why ${ticket.players.map(nameOf).join(', ')} is not matched`;
    const button = html('button', { type: 'button', class: 'action', 'aria-label': title }, 'Why?');
    button.addEventListener('click', () => void this.#explain(ticket));
    return button;
  }
}

function explanation(said: TicketExplanation, who: string): readonly HTMLElement[] {
  const { waitedMs, reasons, regions, bestOffer } = said;
  return [
    html('h2', {}, `Why ${who} is not matched`),
    html(
      'ol',
      { class: 'reasons' },
      ...reasons.map((reason) => html('li', {}, reasonWords(reason))),
    ),
    facts([
      ['Has waited', duration(waitedMs)],
      [
        'Best match there is',
        bestOffer === null
          ? 'none'
          : `${count(bestOffer.players, 'player')} in ${bestOffer.regionId}, ${Math.round(bestOffer.latencyMs)} ms, teams ${Math.round(bestOffer.teamGap)} points apart`,
      ],
      ...regions.map(
        ({ regionId, latencyMs, openAtWaitMs }) =>
          [
            regionId,
            `${Math.round(latencyMs)} ms, ${openAtWaitMs === null ? 'never tried' : `tried after ${duration(openAtWaitMs)}`}`,
          ] as const,
      ),
    ]),
  ];
}

function nameOf({
  displayName,
  playerId,
}: {
  readonly displayName: string;
  readonly playerId: string;
}): string {
  return displayName === '' ? playerId : displayName;
}
