import { afterAll, beforeAll } from 'vitest';
import { LocalRoomDirectory } from '../../src/cluster/directory/local-room-directory.ts';
import { systemClock } from '../../src/shared/clock.ts';
import { openRegion, type Region } from '../support/redis-region.ts';
import { roomDirectoryContract } from './room-directory-contract.ts';

let region: Region;
beforeAll(async () => {
  region = await openRegion();
});
afterAll(() => region[Symbol.asyncDispose]());

roomDirectoryContract('one process', async () => {
  const directory = new LocalRoomDirectory({ clock: systemClock }, { nodeId: 'n1' });
  directory.defineRoomType('match', ['map', 'mode']);
  return { directory, [Symbol.asyncDispose]: async () => directory.shutdown() };
});

roomDirectoryContract('Redis', async () => {
  await region.clear();
  const directory = region.directory('n1');
  return { directory, [Symbol.asyncDispose]: async () => directory.shutdown() };
});
