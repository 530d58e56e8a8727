// RM-2, RM-3, RM-5, RM-6, RM-8, RM-12: what a joined client sends.

import { setTimeout as sleep } from 'node:timers/promises';
import { Protocol, ProtocolModifier } from '@colyseus/shared-types';
import { eventually } from '../../support/eventually.ts';
import { guard, PATIENCE_MS } from '../../support/guard.ts';
import { GuardClient } from '../../support/guard-client.ts';
import type { Base, GuardProcess } from '../../support/guard-process.ts';

/** First byte of an input entry: "add" field 0. */
const ADD_FIRST_FIELD = 0x80;
interface BadFrameObserved {
  readonly isAnswering: boolean;
  readonly closeCode: number | null;
}

const HANGS: BadFrameObserved = { isAnswering: false, closeCode: null };

/** Sends one bad frame and tells what it did to its sender, to the process, and to another player. */
async function observeBadFrame(
  server: GuardProcess,
  base: Base,
  bytes: readonly number[],
): Promise<BadFrameObserved> {
  using other = await GuardClient.join(server.port, 'walker');
  using bad = await GuardClient.join(server.port, 'walker');
  bad.sendBytes(...bytes);
  if (!(await server.isAnswering(base === 'stock' ? 1_500 : 15_000))) return HANGS;
  const patchesBefore = other.patches;
  await eventually(() => other.patches > patchesBefore + 3, { withinMs: 15_000 });
  const closed = await bad.waitForClose(PATIENCE_MS[base]);
  return { isAnswering: true, closeCode: closed?.code ?? null };
}

guard('[RM-2] F2: a datagram input with a negative length hangs nothing', {
  scenario: 'walker',
  observe: (server, base) =>
    observeBadFrame(server, base, [Protocol.ROOM_INPUT_UNRELIABLE, 0x01, 0xff]),
  meridian: { isAnswering: true, closeCode: 4400 },
  stock: HANGS,
});

guard('[RM-2] F3: a datagram input that claims 2^31 stamps hangs nothing', {
  scenario: 'walker',
  observe: (server, base) =>
    observeBadFrame(server, base, [
      Protocol.ROOM_INPUT_UNRELIABLE | ProtocolModifier.TIMED,
      // uint32, little endian
      ...[0xce, 0xff, 0xff, 0xff, 0x7f],
      ...[0, 0, 0, 0],
    ]),
  meridian: { isAnswering: true, closeCode: 4400 },
  stock: HANGS,
});

guard('[RM-3] a frame of a code that does not exist ends its sender', {
  scenario: 'walker',
  observe: (server, base) => observeBadFrame(server, base, [29]),
  meridian: { isAnswering: true, closeCode: 4400 },
  stock: { isAnswering: true, closeCode: null },
});

guard('[RM-6] an input that is not a number never reaches the game', {
  scenario: 'walker',
  async observe(server, base) {
    using client = await GuardClient.join(server.port, 'walker');
    // float32 NaN, little endian
    client.sendBytes(Protocol.ROOM_INPUT_RELIABLE, ADD_FIRST_FIELD, 0, 0, 0xc0, 0x7f);
    const closed = await client.waitForClose(PATIENCE_MS[base]);
    return { positions: await server.ask('positions'), closeCode: closed?.code ?? null };
  },
  meridian: { positions: ['0'], closeCode: 4400 },
  stock: { positions: ['NaN'], closeCode: null },
});

guard('[RM-6] an infinite stamp of lag compensation never reaches the game', {
  scenario: 'walker',
  async observe(server, base) {
    using client = await GuardClient.join(server.port, 'walker');
    // A float64 of +Infinity as the stamp's change, then dx = 1.
    client.sendBytes(
      Protocol.ROOM_INPUT_RELIABLE | ProtocolModifier.TIMED,
      ...[0xcb, 0, 0, 0, 0, 0, 0, 0xf0, 0x7f],
      ...[ADD_FIRST_FIELD, 0, 0, 0x80, 0x3f],
    );
    const closed = await client.waitForClose(PATIENCE_MS[base]);
    return { inputs: await server.ask('inputs'), closeCode: closed?.code ?? null };
  },
  meridian: { inputs: [0], closeCode: 4400 },
  stock: { inputs: [1], closeCode: null },
});

guard('[RM-8] ten inputs per step move a player no faster than one', {
  scenario: 'walker',
  settings: { MERIDIAN_ROOMS_MESSAGES_PER_SECOND: '100000' },
  async observe(server) {
    using client = await GuardClient.join(server.port, 'walker');
    const startedMs = performance.now();
    for (let step = 0; step < 30; step++) {
      for (let i = 0; i < 10; i++) {
        client.sendBytes(Protocol.ROOM_INPUT_RELIABLE, ADD_FIRST_FIELD, 0, 0, 0x80, 0x3f);
      }
      await sleep(1_000 / 30);
    }
    const ranSeconds = (performance.now() - startedMs) / 1_000;
    const [inputs = 0] = await server.ask<number[]>('inputs');
    // 30 steps a second, 3 % for clocks that run fast, half a second of burst, and one step at either end.
    return { isFair: inputs <= ranSeconds * 30 * 1.03 + 15 + 2, moves: inputs > 20 };
  },
  meridian: { isFair: true, moves: true },
  stock: { isFair: false, moves: true },
});

/** Sends `type` so fast that only a limit ends it, and tells which did. */
async function observeFlood(server: GuardProcess, base: Base, type: string, count: number) {
  using client = await GuardClient.join(server.port, 'plain');
  for (let i = 0; i < count; i++) client.send(type);
  const closed = await client.waitForClose(PATIENCE_MS[base]);
  const handled = await server.ask<number>('chats');
  return { closeCode: closed?.code ?? null, handlesAll: handled === count };
}

guard('[RM-5] a flood of messages ends its sender', {
  scenario: 'plain',
  settings: { MERIDIAN_ROOMS_MESSAGES_PER_SECOND_PER_TYPE: '10000' },
  observe: (server, base) => observeFlood(server, base, 'chat', 1_000),
  meridian: { closeCode: 4429, handlesAll: false },
  stock: { closeCode: null, handlesAll: true },
});

guard('[RM-5] a flood of one type of message ends its sender, at the limit of that type', {
  scenario: 'plain',
  observe: (server, base) => observeFlood(server, base, 'emote', 20),
  meridian: { closeCode: 4429, handlesAll: false },
  stock: { closeCode: null, handlesAll: true },
});

guard('[RM-5] whoever sends too much is told by one code, however he spreads it', {
  scenario: 'plain',
  settings: {
    MERIDIAN_ROOMS_MESSAGES_PER_SECOND: '50',
    MERIDIAN_ROOMS_MESSAGES_PER_SECOND_PER_TYPE: '1000',
  },
  async observe(server, base) {
    using client = await GuardClient.join(server.port, 'plain');
    // Under the burst at first, then faster than it refills.
    for (let i = 0; i < 40; i++) client.send('chat');
    for (let i = 0; i < 40 && client.closed === null; i++) {
      await sleep(15);
      client.send('chat');
    }
    for (let i = 0; i < 80 && client.closed === null; i++) client.send('chat');
    const closed = await client.waitForClose(PATIENCE_MS[base]);
    return closed?.code ?? null;
  },
  meridian: 4429,
  stock: null,
});

guard('[RM-12] a frame above the limit ends its sender', {
  scenario: 'plain',
  async observe(server) {
    using client = await GuardClient.join(server.port, 'plain');
    client.ws.send(new Uint8Array(5_000).fill(Protocol.ROOM_DATA));
    const closed = await client.waitForClose(15_000);
    return { closeCode: closed?.code, isAnswering: await server.isAnswering() };
  },
  meridian: { closeCode: 1009, isAnswering: true },
  // Held by stock Colyseus too: ours is configurable, and must not be lost.
  stock: { closeCode: 1009, isAnswering: true },
});
