// Contender `meridian`: a whole node, as `npm start` makes it: REST, profiles, metrics and all. The players come without
// accounts, as they do to the other contenders.

import { startBenchNode } from '../../meridian-node.ts';
import { Measure } from '../measure.ts';
import type { ServerSetup } from '../wire.ts';
import { createIdleRooms } from './idle-rooms.ts';
import { JournaledGameRoom, MeridianGameRoom, MeridianIdleRoom } from './meridian-rooms.ts';

const { durability, redisUri = '' } = JSON.parse(process.argv[2] as string) as ServerSetup;
const measure = new Measure(createIdleRooms);
const port = await startBenchNode(
  {
    game: {
      room: durability === 'journal' ? JournaledGameRoom : MeridianGameRoom,
      filterBy: ['group'],
    },
    idle: { room: MeridianIdleRoom, filterBy: ['group'] },
  },
  (durationMs) => measure.tick(durationMs),
  { redisUri },
);
measure.serve(port);
