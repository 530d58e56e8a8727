// One thing after the other, whatever the seed says. A seed that broke something is repeated with `--seed`.

import { mulberry32 } from '../../scenarios/random.ts';
import type { Stage } from '../stage.ts';
import type { Scenario } from './scenario.ts';
import { busiestNode, killBusiestNode } from './victim.ts';

/** Below this another node is started first: a region of one has nowhere to fail over to. */
const FEWEST_NODES = 2;

const DEEDS: Readonly<Record<string, (stage: Stage, dice: () => number) => Promise<void>>> = {
  async kill(stage) {
    await killBusiestNode(stage);
  },
  async halt(stage, dice) {
    const victim = await busiestNode(stage);
    const seconds = 0.5 + 5 * dice();
    stage.mark(`halt ${victim.name} for ${seconds.toFixed(1)} s`, { pids: [victim.pid] });
    victim.pause();
    await stage.play(seconds);
    victim.resume();
  },
  async drain(stage) {
    const victim = await busiestNode(stage);
    stage.mark(`drain and stop ${victim.name}`, { pids: [victim.pid] });
    await stage.cluster.drain(victim);
    await victim.stop();
  },
  async deploy(stage) {
    const victim = await busiestNode(stage);
    stage.mark(`stop ${victim.name}`, { pids: [victim.pid] });
    await victim.stop();
  },
  async 'restart Redis'(stage, dice) {
    const seconds = 1 + 5 * dice();
    stage.mark(`Redis away for ${seconds.toFixed(1)} s`);
    await stage.cluster.killRedis();
    await stage.play(seconds);
    await stage.cluster.startRedis();
    await stage.play(8);
  },
  async 'freeze Redis'(stage, dice) {
    const seconds = 0.5 + 3 * dice();
    stage.mark(`Redis frozen for ${seconds.toFixed(1)} s`);
    stage.cluster.redis.freeze();
    await stage.play(seconds);
    stage.cluster.redis.thaw();
  },
  async partition(stage, dice) {
    const victim = await busiestNode(stage);
    const seconds = 1 + 6 * dice();
    stage.mark(`cut ${victim.name} off from Redis for ${seconds.toFixed(1)} s`, {
      pids: [victim.pid],
      cutsOff: true,
    });
    victim.partition();
    await stage.play(seconds);
    victim.heal();
  },
};

export const randomFaults: Scenario = {
  name: 'random',
  summary: 'Nodes and Redis fail one after the other as the seed says, for some minutes.',
  nodes: 3,
  async run(stage, { seed, minutes }) {
    const dice = mulberry32(seed);
    const names = Object.keys(DEEDS);
    const untilS = stage.elapsedS + minutes * 60;
    while (stage.elapsedS < untilS) {
      await stage.play(1 + 3 * dice());
      while (stage.cluster.running.length <= FEWEST_NODES) {
        const fresh = await stage.cluster.startNode();
        stage.mark(`${fresh.name} started`);
      }
      const name = names[Math.floor(dice() * names.length)] as string;
      await DEEDS[name]?.(stage, dice);
      await stage.settled();
    }
    await stage.play(3);
  },
};
