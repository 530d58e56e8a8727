// What happens to nodes: they crash, are halted, hang, are drained and replaced.

import type { Scenario } from './scenario.ts';
import { busiestNode, killBusiestNode } from './victim.ts';

const STOPPED_S = 4;
const BLOCKED_MS = 4_000;

export const killNode: Scenario = {
  name: 'kill-node',
  summary: 'SIGKILL to the busiest node; its rooms come back on the others, with their players.',
  nodes: 2,
  async run(stage, { isQuick }) {
    await stage.play(isQuick ? 1.5 : 3);
    await killBusiestNode(stage);
    await stage.settled();
    await stage.play(isQuick ? 1.5 : 3);
  },
};

export const stopNode: Scenario = {
  name: 'stop-node',
  summary: `SIGSTOP to a node for ${STOPPED_S} s; its rooms live elsewhere when it wakes, and it must do nothing for them.`,
  nodes: 2,
  async run(stage, { isQuick }) {
    await stage.play(isQuick ? 1.5 : 3);
    const victim = await busiestNode(stage);
    stage.mark(`halt ${victim.name}`, { pids: [victim.pid] });
    victim.pause();
    await stage.play(STOPPED_S);
    stage.mark(`wake ${victim.name}`);
    victim.resume();
    await stage.settled();
    await stage.play(isQuick ? 2 : 4);
  },
};

export const hangNode: Scenario = {
  name: 'hang-node',
  summary: `A room blocks its node's event loop for ${BLOCKED_MS / 1_000} s.`,
  nodes: 2,
  async run(stage, { rooms, isQuick }) {
    await stage.play(isQuick ? 1.5 : 3);
    const [bot] = rooms[0] as readonly [number];
    const victim = await stage.nodeOf(stage.roomOf(bot));
    stage.mark(`${victim?.name} hangs`, { pids: victim === undefined ? [] : [victim.pid] });
    stage.misbehave(bot, { kind: 'block', ms: BLOCKED_MS });
    await stage.play(BLOCKED_MS / 1_000 + 0.5);
    await stage.settled();
    await stage.play(isQuick ? 2 : 4);
  },
};

export const drainNode: Scenario = {
  name: 'drain-node',
  summary:
    'An operator drains the busiest node; its rooms move with their players, and it is stopped empty.',
  nodes: 2,
  async run(stage, { isQuick }) {
    await stage.play(isQuick ? 1.5 : 3);
    const victim = await busiestNode(stage);
    stage.mark(`drain ${victim.name}`, { pids: [victim.pid] });
    const { movedRooms, keptRooms } = await stage.cluster.drain(victim);
    stage.mark(`${movedRooms} rooms moved, ${keptRooms} kept`);
    await stage.settled();
    await stage.play(isQuick ? 1.5 : 3);
    stage.mark(`stop ${victim.name}`);
    await victim.stop();
    await stage.settled();
    await stage.play(2);
  },
};

export const rollingDeploy: Scenario = {
  name: 'rolling-deploy',
  summary: 'Every node is replaced, one after the other: start a new one, SIGTERM to an old one.',
  nodes: 2,
  async run(stage, { isQuick }) {
    await stage.play(2);
    for (const old of [...stage.cluster.running]) {
      const fresh = await stage.cluster.startNode();
      stage.mark(`${fresh.name} started, stop ${old.name}`, { pids: [old.pid] });
      const { exitCode } = await old.stop();
      stage.mark(`${old.name} ended with ${exitCode}`);
      await stage.settled();
      await stage.play(isQuick ? 1 : 3);
    }
    await stage.play(2);
  },
};
