// The next build of the survival tests' game: its state has a field more.

import { schema, t } from '@colyseus/schema';
import { defineGame, Room } from 'meridian';

const NextState = schema(
  { words: t.array('string'), weather: t.string().default('') },
  'PlayState',
);

class JournalRoom extends Room {
  static override allowAnonymous = true;
  override readonly durability = 'journal' as const;
  override state = new NextState();
}

export const game = defineGame({ rooms: { journal: { room: JournalRoom, filterBy: ['title'] } } });
