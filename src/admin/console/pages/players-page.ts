import type { PlayerRow } from '../../../protocol/operator-questions.ts';
import { ask } from '../api.ts';
import type { ConsolePage } from '../console-page.ts';
import { count } from '../count.ts';
import { html } from '../dom.ts';
import { link } from '../parts.ts';
import { type RegionList, RegionListPage } from '../region-list-page.ts';
import { SortedTable } from '../table.ts';
import { PlayerCard } from './player-card.ts';

/** Who plays, and anybody by id or username: `#/players/<region>/<player>`. */
export const playersPage: ConsolePage = {
  ...{ id: 'players', title: 'Players', key: 'p' },
  open: (opened, path) =>
    new RegionListPage<PlayerRow>(opened, path, {
      ...{ id: 'players', title: 'Players', lookEveryMs: 3_000 },
      about: 'Who plays now; others by their whole id or username.',
      searchLabel: 'Search players by name or id',
      table: playersTable,
      look: lookForPlayers,
      detail: (context, regionId, playerId) => new PlayerCard(context, regionId, playerId),
    }),
};

async function lookForPlayers(regionId: string, search: string): Promise<RegionList<PlayerRow>> {
  const { players, total, silentNodes } = await ask({ question: 'players', regionId, search });
  const silent = `These nodes did not answer, who plays there is missing: ${silentNodes.join(', ')}`;
  return {
    rows: players,
    total: count(total, 'player'),
    empty: search === '' ? `Nobody plays in ${regionId}.` : `Nobody is found by “${search}”.`,
    problem: silentNodes.length === 0 ? null : silent,
  };
}

function playersTable(regionOfList: () => string): SortedTable<PlayerRow> {
  return new SortedTable<PlayerRow>({
    ...{ caption: 'Players', keyOf: ({ playerId }) => playerId },
    columns: [
      {
        title: 'Player',
        value: ({ displayName }) => displayName,
        cell: ({ displayName, playerId }) =>
          link(`players/${regionOfList()}/${playerId}`, displayName || playerId),
      },
      {
        title: 'Id',
        value: ({ playerId }) => playerId,
        cell: ({ playerId }) => html('code', {}, playerId),
      },
      {
        title: 'Plays in',
        value: ({ seats }) => seats.map(({ roomName }) => roomName).join(', ') || '–',
        cell: ({ seats }) =>
          seats.length === 0
            ? '–'
            : html(
                'span',
                { class: 'row-links' },
                ...seats.map(({ regionId, roomId, roomName }) =>
                  link(`rooms/${regionId}/${roomId}`, `${roomName} ${roomId}`),
                ),
              ),
      },
    ],
  });
}
