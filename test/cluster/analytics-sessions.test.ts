// The events of a session whose room changes nodes, in a region of real nodes on a real Redis.

import { MemoryStorage, MeridianClient } from '@meridian/client';
import { expect, test } from 'vitest';
import { readEventFiles } from '../support/event-files.ts';
import { eventually } from '../support/eventually.ts';
import { MeridianRegion } from '../support/meridian-region.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const SOON = { withinMs: 20_000 };

test.each(['drained', 'killed'] as const)(
  '[AN-4, AN-10, AN-40] a node is %s: the session goes on under one pseudonym, and ends once',
  { timeout: 60_000 },
  async (fate) => {
    await using folder = await temporaryFolder('analytics');
    await using region = await MeridianRegion.open('test/support/analytics-game.ts', {
      MERIDIAN_ANALYTICS_FOLDER: folder.path,
      // Of no matter here; a busy machine must not end a node that starts.
      MERIDIAN_CLUSTER_HANG_MS: '20000',
    });
    const [ash] = await Promise.all([region.start(), region.start()]);
    await region.acquainted();
    const client = new MeridianClient(ash?.url ?? '', { storage: new MemoryStorage() });
    await client.signInAsGuest();
    const room = await client.joinOrCreate<{ count: number }>('count');
    const first = await region.ownerOf(room.roomId);
    room.send('count', { by: 1, word: 'here' });
    await eventually(() => room.state.count === 1, SOON);
    const named = async (name: string) =>
      (await readEventFiles(folder.path)).events.filter((event) => event.name === name);
    // A kill may lose what was recorded in the last moment.
    await eventually(async () => (await named('counted')).length === 1, SOON);

    if (fate === 'drained') await region.drain(first);
    else await region.kill(first);
    room.send('count', { by: 2, word: 'there' });
    await eventually(() => room.state.count === 2, SOON);
    await room.leave();
    await eventually(async () => (await named('session_ended')).length > 0, SOON);
    await Promise.all(region.running.map((node) => node.stop()));

    const started = await named('session_started');
    const counted = await named('counted');
    const ended = await named('session_ended');
    expect(started).toHaveLength(1);
    expect(ended).toHaveLength(1);
    expect(ended[0]?.fields['durationMs']).toBeNull();
    expect(counted.map(({ fields }) => fields['word'])).toEqual(['here', 'there']);
    expect(new Set(counted.map(({ node }) => node)).size).toBe(2);
    const all = [...started, ...counted, ...ended];
    expect(started[0]?.player).toMatch(/^a_/);
    expect(new Set(all.map(({ player }) => player)).size).toBe(1);
    expect(new Set(all.map(({ roomId }) => roomId))).toEqual(new Set([room.roomId]));
  },
);
