import type {
  PlayerProfileView,
  PlayerView,
  SeatView,
} from '../../../protocol/operator-questions.ts';
import { ask } from '../api.ts';
import type { ConsoleContext } from '../console-page.ts';
import { html } from '../dom.ts';
import { Asking, actionButton, facts, link, Problem, present } from '../parts.ts';
import { SortedTable } from '../table.ts';
import { moment } from '../words.ts';

const LOOK_EVERY_MS = 3_000;
const LONGEST_SHOWN_REASON = 40;
const LONGEST_BAN_REASON = 500;

/** One player: his profile, where he plays now, and what can be done to him. */
export class PlayerCard {
  readonly root: HTMLElement;
  readonly #problem = new Problem();
  readonly #profile = html('div');
  readonly #seats: SortedTable<SeatView>;
  readonly #regionId: string;
  readonly #playerId: string;
  readonly #asking = new Asking(LOOK_EVERY_MS, () => this.#look());

  constructor(context: ConsoleContext, regionId: string, playerId: string) {
    this.#regionId = regionId;
    this.#playerId = playerId;
    this.#seats = new SortedTable<SeatView>({
      ...{ caption: 'Seats', keyOf: ({ sessionId }) => sessionId },
      columns: [
        {
          title: 'Room',
          value: ({ roomId }) => roomId,
          cell: (seat) => link(`rooms/${seat.regionId}/${seat.roomId}`, seat.roomId),
        },
        { title: 'Name', value: ({ roomName }) => roomName },
        {
          title: 'Session',
          value: ({ sessionId }) => sessionId,
          cell: ({ sessionId }) => html('code', {}, sessionId),
        },
        {
          title: 'Node',
          value: ({ nodeId }) => nodeId,
          cell: ({ nodeId }) => html('code', {}, nodeId),
        },
      ],
    });
    const tools = present(this.#buttons(context));
    this.root = html(
      'div',
      {},
      html('p', { class: 'trail' }, link(`players/${regionId}`, `← Players of ${regionId}`)),
      html(
        'header',
        { class: 'page-head' },
        html('div', {}, html('h1', {}, `Player ${playerId}`)),
        html('div', { class: 'page-tools' }, ...tools),
      ),
      ...[this.#problem.root, this.#profile],
      html('h2', {}, `Plays in ${regionId}`),
      this.#seats.root,
    );
    this.#asking.again();
  }

  close(): void {
    this.#asking.stop();
  }

  async #look(): Promise<void> {
    try {
      const [regionId, playerId] = [this.#regionId, this.#playerId];
      const player = await ask({ question: 'player', regionId, playerId });
      this.#problem.show(player.profileProblem);
      this.#profile.replaceChildren(profileOf(player));
      this.#seats.update(player.seats, 'He plays nowhere here.');
    } catch (error) {
      this.#problem.show((error as Error).message);
    }
  }

  #buttons(context: ConsoleContext): readonly (HTMLElement | null)[] {
    const [regionId, playerId] = [this.#regionId, this.#playerId];
    const done = () => this.#asking.again();
    return [
      actionButton(context, {
        ...{ label: 'Kick', title: `Kick ${playerId}`, kind: 'kick-player', done },
        question: {
          title: 'Kick this player?',
          text: `He loses his seats in ${regionId}, and may join again.`,
          verb: 'Kick',
          reason: { label: 'Reason, as he reads it', longest: LONGEST_SHOWN_REASON },
        },
        action: (reason) => ({ action: 'kick-player', regionId, playerId, reason }),
      }),
      actionButton(context, {
        ...{ label: 'Sign out', title: `Sign ${playerId} out everywhere`, kind: 'sign-out-player' },
        question: {
          title: 'Sign this player out everywhere?',
          text: 'All his sign-ins end, in every region, within seconds.',
          verb: 'Sign out',
        },
        ...{ done, action: () => ({ action: 'sign-out-player', playerId }) },
      }),
      actionButton(context, {
        ...{ label: 'Ban', title: `Ban ${playerId}`, kind: 'ban-player', done },
        question: {
          title: 'Ban this player for good?',
          text: 'He is disconnected, and kept out of every region until the ban is lifted.',
          verb: 'Ban',
          reason: { label: 'Reason, as he reads it', longest: LONGEST_BAN_REASON },
        },
        action: (reason) => ({ action: 'ban-player', playerId, reason, untilMs: null }),
      }),
      actionButton(context, {
        ...{ label: 'Lift ban', title: `Lift the ban of ${playerId}`, kind: 'lift-ban' },
        question: { title: 'Lift the ban?', text: 'He may sign in again.', verb: 'Lift ban' },
        ...{ done, isDanger: false, action: () => ({ action: 'lift-ban', playerId }) },
      }),
    ];
  }
}

function profileOf({ profile, providers, profileProblem }: PlayerView): HTMLElement {
  if (profile === null) {
    const text = profileProblem === null ? 'He has no profile.' : '';
    return html('p', { class: 'empty' }, text);
  }
  const { displayName, username, createdAtMs, updatedAtMs, revision } = profile;
  return facts([
    ['Name', displayName],
    ['Username', username ?? 'none'],
    ['Signs in by', providers === null ? 'nobody says' : providers.join(', ') || 'guest'],
    ['Came', moment(createdAtMs)],
    ['Last change', `${moment(updatedAtMs)} (revision ${revision})`],
    ...figures(profile),
  ]);
}

function figures(profile: PlayerProfileView): readonly (readonly [string, string])[] {
  const { wallet, inventory, statistics } = profile;
  const lists = { Wallet: wallet, Inventory: inventory, Statistics: statistics };
  return Object.entries(lists).flatMap(([name, values]) => {
    const text = Object.entries(values)
      .map(([key, value]) => `${key} ${value}`)
      .join(', ');
    return text === '' ? [] : [[name, text] as const];
  });
}
