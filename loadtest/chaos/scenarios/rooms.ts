// What rooms themselves do wrong.

import type { Scenario } from './scenario.ts';

export const roomException: Scenario = {
  name: 'room-exception',
  summary: 'Every step of one room throws; it is made anew from its journal, on the same node.',
  nodes: 2,
  async run(stage, { rooms, isQuick }) {
    await stage.play(isQuick ? 1.5 : 3);
    const [bot] = rooms[0] as readonly [number];
    stage.misbehave(bot, { kind: 'throw' });
    // A few steps must fail first.
    await stage.play(1);
    await stage.settled();
    await stage.play(isQuick ? 2 : 4);
  },
};

/** Nodes a supervisor starts at most: a poisoned room that is never given up must not go on for ever. */
const MOST_REPLACEMENTS = 8;

export const killLoop: Scenario = {
  name: 'kill-loop',
  summary:
    'A room ends every process that loads it; it is quarantined, its players hear why, everybody else lives.',
  nodes: 3,
  async run(stage, { rooms, isQuick }) {
    await stage.play(isQuick ? 1.5 : 3);
    const [bot] = rooms[0] as readonly [number];
    const roomId = stage.roomOf(bot);
    stage.misbehave(bot, { kind: 'poison' });
    // Into the journal first.
    await stage.play(1);
    const deaths = new Supervisor(stage);
    const victim = await stage.nodeOf(roomId);
    if (victim === undefined) throw new Error(`Nobody owns ${roomId}.`);
    await victim.kill();
    await stage.whenLost(roomId);
    await stage.settled();
    deaths.stop();
    stage.mark(`${deaths.count} processes ended in all`);
    await stage.play(3);
  },
};

export const crashLoop: Scenario = {
  name: 'crash-loop',
  summary:
    'A message ends the process that reads it, and its sender sends it again wherever the room comes back.',
  nodes: 3,
  async run(stage, { rooms, isQuick }) {
    await stage.play(isQuick ? 1.5 : 3);
    const [bot] = rooms[0] as readonly [number];
    const deaths = new Supervisor(stage);
    stage.misbehave(bot, { kind: 'crash' });
    await stage.whenLost(stage.roomOf(bot));
    await stage.settled();
    deaths.stop();
    stage.mark(`${deaths.count} processes ended in all`);
    await stage.play(3);
  },
};

/** Starts a node for every one that ends. */
class Supervisor {
  count = 0;
  readonly #stage: Parameters<Scenario['run']>[0];
  #isOn = true;

  constructor(stage: Parameters<Scenario['run']>[0]) {
    this.#stage = stage;
    for (const node of stage.cluster.running) void this.#watch(node);
  }

  stop(): void {
    this.#isOn = false;
  }

  async #watch(node: {
    readonly name: string;
    readonly pid: number;
    readonly ended: Promise<unknown>;
  }) {
    await node.ended;
    if (!this.#isOn) return;
    this.count++;
    this.#stage.mark(`${node.name} ended`, { pids: [node.pid] });
    if (this.count > MOST_REPLACEMENTS) return;
    await this.#watch(await this.#stage.cluster.startNode());
  }
}
