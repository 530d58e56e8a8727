import type { RoomRow } from '../../../protocol/operator-questions.ts';
import { ask } from '../api.ts';
import type { ConsolePage } from '../console-page.ts';
import { count } from '../count.ts';
import { html } from '../dom.ts';
import { link } from '../parts.ts';
import { type RegionList, RegionListPage } from '../region-list-page.ts';
import { SortedTable } from '../table.ts';
import { duration } from '../words.ts';
import { RoomView } from './room-view.ts';

/** Rooms of a region, and one of them from inside: `#/rooms/<region>/<room>`. */
export const roomsPage: ConsolePage = {
  ...{ id: 'rooms', title: 'Rooms', key: 'o' },
  open: (opened, path) =>
    new RegionListPage<RoomRow>(opened, path, {
      ...{ id: 'rooms', title: 'Rooms', lookEveryMs: 2_000 },
      about: 'Every room of a region, the fullest first.',
      searchLabel: 'Search rooms by name or id',
      table: roomsTable,
      look: lookForRooms,
      detail: (context, regionId, roomId) => new RoomView(context, regionId, roomId),
    }),
};

async function lookForRooms(regionId: string, search: string): Promise<RegionList<RoomRow>> {
  const { rooms, total } = await ask({ question: 'rooms', regionId, search });
  return {
    rows: rooms,
    total:
      total > rooms.length
        ? `${rooms.length} of ${total} rooms: search to find others.`
        : count(total, 'room'),
    empty: search === '' ? `No rooms in ${regionId}.` : `No room matches “${search}”.`,
    problem: null,
  };
}

function roomsTable(regionId: () => string): SortedTable<RoomRow> {
  return new SortedTable<RoomRow>({
    ...{ caption: 'Rooms', keyOf: ({ roomId }) => roomId, sortedBy: 2 },
    columns: [
      {
        title: 'Room',
        value: ({ roomId }) => roomId,
        cell: ({ roomId }) => link(`rooms/${regionId()}/${roomId}`, roomId),
      },
      { title: 'Name', value: ({ roomName }) => roomName },
      {
        ...{ title: 'Players', isFigure: true },
        value: ({ clients }) => clients,
        cell: ({ clients, maxClients }) =>
          maxClients === null ? `${clients}` : `${clients} / ${maxClients}`,
      },
      {
        title: 'Open to',
        value: ({ isLocked, isPrivate }) =>
          isLocked ? 'nobody' : isPrivate ? 'the invited' : 'everybody',
      },
      {
        ...{ title: 'Age', isFigure: true },
        value: ({ createdAtMs }) => Date.now() - createdAtMs,
        cell: ({ createdAtMs }) => duration(Date.now() - createdAtMs),
      },
      {
        title: 'Node',
        value: ({ nodeId }) => nodeId,
        cell: ({ nodeId }) => html('code', {}, nodeId),
      },
    ],
  });
}
