// RM-9, RM-10: bugs of the game. Stock Colyseus ends the process, and with it every room on it.

import { expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { guard } from '../../support/guard.ts';
import { GuardClient } from '../../support/guard-client.ts';
import { GuardProcess } from '../../support/guard-process.ts';

const PLACES = [
  'handler',
  'async handler',
  'timer',
  'async timer',
  'step',
  'async step',
  'onBeforePatch',
  'async onBeforePatch',
  'encoding',
] as const;

/** Lets the room throw in `place`, and tells whether the process lives and other players' rooms go on. */
async function observe(server: GuardProcess, place: string) {
  using other = await GuardClient.join(server.port, 'faulty');
  using player = await GuardClient.join(server.port, 'faulty');
  player.send(place);
  const playsOn = async () => {
    const before = await server.ask<number>('tick');
    const patchesBefore = other.patches;
    await eventually(
      async () => (await server.ask<number>('tick')) > before + 5 && other.patches > patchesBefore,
      { withinMs: 15_000 },
    );
    return true;
  };
  const roomGoesOn = await Promise.race([
    playsOn().catch(() => false),
    server.ended.then(() => false),
  ]);
  // Its end is known here a little before its sockets' is.
  if (server.hasEnded) await player.waitForClose(15_000);
  return { roomGoesOn, isStillSeated: player.closed === null, hasEnded: server.hasEnded };
}

for (const place of PLACES) {
  guard(`[RM-9] an exception is contained: ${place}`, {
    scenario: 'faulty',
    observe: (server) => observe(server, place),
    meridian: { roomGoesOn: true, isStillSeated: true, hasEnded: false },
    stock: { roomGoesOn: false, isStillSeated: false, hasEnded: true },
  });
}

test('[RM-10] a room whose every step fails is given up, and its players are told', async () => {
  await using server = await GuardProcess.start('meridian', 'faulty');
  using player = await GuardClient.join(server.port, 'faulty');
  player.send('every step');
  expect(await player.waitForClose(15_000)).toMatchObject({
    code: 4002,
    reason: expect.stringContaining('failed') as string,
  });
  await eventually(async () => (await server.ask('rooms')) === 0, { withinMs: 15_000 });
});
