// What becomes of inputs in bundles when the node of their room is killed.

import { expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { MeridianRegion } from '../support/meridian-region.ts';
import { joinRunner, PATIENCE } from '../support/runner-player.ts';
import { STRIDE } from '../support/runner-simulation.ts';

test('[IP-7] what was in bundles when the node was killed is applied once and in order', async () => {
  await using region = await MeridianRegion.open('test/support/runner-game.ts');
  const [node, other] = await Promise.all([region.start(), region.start()]);
  await region.acquainted();
  const { room, play } = await joinRunner(node.port);
  using _ = play;
  let resumed = 0;
  room.onResume(() => {
    resumed += 1;
  });
  await play.play(60);
  const owner = await region.ownerOf(room.roomId);
  const heir = owner === node ? other : node;
  await play.play(10);
  await region.kill(owner);
  await eventually(() => resumed === 1 && room.state.pid === heir.child.pid, PATIENCE);
  await play.play(60);
  await play.settled();
  expect(play.runner.x).toBe(play.sent * STRIDE);
  await room.leave();
});
