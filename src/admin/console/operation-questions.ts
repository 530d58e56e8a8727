// What an operator is told before he does something to a node or a region: what happens then, and to how many.

import type { OperatorAction } from '../../protocol/admin.ts';
import { count } from './count.ts';
import type { Confirmation } from './dialogs.ts';

/** Who is there when it is asked. */
export interface Affected {
  /** Null: nobody can tell. */
  readonly rooms: number | null;
  readonly players: number | null;
}

export interface AffectedRegion extends Affected {
  /** Tickets in its queues. */
  readonly waiting: number;
  /** Whether there is a region where its rooms go: not among fewer than three (EV-2). */
  readonly hasRefuge: boolean;
}

export type NodeOperation = Extract<
  OperatorAction['action'],
  'drain-node' | 'quarantine-node' | 'release-node'
>;

export type RegionOperation = Extract<
  OperatorAction['action'],
  | 'close-region'
  | 'open-region'
  | 'shed-tickets'
  | 'take-tickets'
  | 'evacuate-region'
  | 'return-region'
>;

/** @param node - for people: `node abc of europe` */
export function nodeQuestion(
  operation: NodeOperation,
  node: string,
  affected: Affected,
): Confirmation {
  const who = whoOf(affected);
  switch (operation) {
    case 'drain-node':
      return {
        ...{ title: `Drain ${node}?`, verb: 'Drain' },
        text: `${who}: rooms that keep a journal move to other nodes while they are played, the others stay until they end. It takes no new ones until its process ends.`,
      };
    case 'quarantine-node':
      return {
        ...{ title: `Quarantine ${node}?`, verb: 'Quarantine' },
        text: `It gets no new rooms and no new players until it is released. ${who}: they stay as they are.`,
      };
    case 'release-node':
      return {
        ...{ title: `Release ${node}?`, verb: 'Release' },
        text: 'It takes new rooms and new players again.',
      };
  }
}

export function regionQuestion(
  operation: RegionOperation,
  regionId: string,
  affected: AffectedRegion,
): Confirmation {
  const who = whoOf(affected);
  const { waiting, hasRefuge } = affected;
  switch (operation) {
    case 'close-region':
      return {
        ...{ title: `Close region ${regionId} to new rooms?`, verb: 'Close' },
        text: `No new rooms are made there until it is opened; matches are made in other regions. ${who}: they play on.`,
      };
    case 'open-region':
      return {
        ...{ title: `Open region ${regionId} to new rooms?`, verb: 'Open' },
        text: 'New rooms are made there again.',
      };
    case 'shed-tickets':
      return {
        ...{ title: `Take no new tickets in region ${regionId}?`, verb: 'Shed tickets' },
        text: `Who asks for a match there is refused until you take it back. ${count(waiting, 'ticket')} that ${waiting === 1 ? 'waits stays' : 'wait stay'} in the queue.`,
      };
    case 'take-tickets':
      return {
        ...{ title: `Take tickets in region ${regionId} again?`, verb: 'Take tickets' },
        text: 'Players there can ask for a match again.',
      };
    case 'evacuate-region':
      return {
        ...{ title: `Evacuate region ${regionId}?`, verb: 'Evacuate', typed: regionId },
        text: `It cuts itself off from all other regions. ${who}: ${hasRefuge ? 'rooms that keep a journal stand still for some seconds and go on in the nearest region with their players' : 'they stay, for among fewer than three regions there is none that takes them'}. Only a console of region ${regionId} itself can bring it back.`,
      };
    case 'return-region':
      return {
        ...{ title: `Link region ${regionId} to the others again?`, verb: 'Return' },
        text: 'It asks for its rooms: those that live in another region by now stay there.',
      };
  }
}

function whoOf({ rooms, players }: Affected): string {
  if (rooms === null || players === null)
    return 'Nobody can tell how many rooms and players it has';
  return `It has ${count(rooms, 'room')} with ${count(players, 'player')}`;
}
