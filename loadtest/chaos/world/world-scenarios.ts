import { eventually } from '../../../test/support/eventually.ts';
import { machineNowMs } from '../../machine/machine-clock.ts';
import { mulberry32 } from '../../scenarios/random.ts';
import { WORLD_PLACES } from '../../world/world-places.ts';
import { linkLeader } from './link-leader.ts';
import type { WorldScenario, WorldScenarioName } from './world-scenario.ts';

/** The region that things happen to; its rooms go to us-east. */
const VICTIM = 'europe';
/** The region it has most to do with. */
const NEIGHBOUR = 'us-east';
const REGION_IDS = WORLD_PLACES.map(({ id }) => id);

/** Players, and those who look after rooms, have settled by then. */
const SETTLED_WITHIN_MS = 40_000;
const LEADER_WITHIN = { withinMs: 15_000 };

const blackHoleRegion: WorldScenario = {
  name: 'black-hole-region',
  summary: `Nothing goes into ${VICTIM} or out of it, and nobody is told; its rooms go on in ${NEIGHBOUR}, the others match on. Then it is back.`,
  twoNodesIn: [],
  roomsIn: VICTIM,
  async run(stage, { isQuick }) {
    const { world, rooms } = stage;
    await stage.play(isQuick ? 3 : 10);
    const pids = world.region(VICTIM).cluster.running.map(({ pid }) => pid);
    const startedMs = machineNowMs();
    const trouble = stage.trouble(`${VICTIM} is in a black hole`, [VICTIM]);
    rooms.cutOff(VICTIM, pids);
    world.wan.blackHole(VICTIM);
    // Everybody plays until he notices.
    await stage.play(5);
    const isSettled = await rooms.settled(SETTLED_WITHIN_MS);
    stage.note(isSettled ? 'all bots play again' : 'some bots still search');
    const leastS = isQuick ? 10 : 40;
    await stage.play(Math.max(0, leastS - (machineNowMs() - startedMs) / 1_000));
    world.wan.healRegion(VICTIM);
    trouble.isOver(`${VICTIM} is back`);
    // It lets go of what lives elsewhere.
    await stage.play(isQuick ? 4 : 20);
  },
};

const cutLink: WorldScenario = {
  name: 'cut-link',
  summary: `The link between ${VICTIM} and ${NEIGHBOUR} is cut, both ways, while each has tickets of the other; later it is whole again.`,
  twoNodesIn: [],
  roomsIn: null,
  async run(stage, { isQuick }) {
    const { wan } = stage.world;
    for (let time = 0; time < (isQuick ? 1 : 3); time++) {
      await stage.play(isQuick ? 5 : 10);
      const trouble = stage.trouble(`${VICTIM} – ${NEIGHBOUR} is cut`);
      wan.cutLink(VICTIM, NEIGHBOUR);
      await stage.play(isQuick ? 8 : 20);
      wan.healLink(VICTIM, NEIGHBOUR);
      trouble.isOver(`${VICTIM} – ${NEIGHBOUR} is whole`);
    }
    await stage.play(isQuick ? 5 : 15);
  },
};

const healLink: WorldScenario = {
  name: 'heal-link',
  summary:
    'Links between any two regions are cut and healed again and again, for moments or for seconds, as the seed says.',
  twoNodesIn: [],
  roomsIn: null,
  async run(stage, { isQuick, seed }) {
    const { wan } = stage.world;
    const dice = mulberry32(seed);
    const pick = () => REGION_IDS[Math.floor(dice() * REGION_IDS.length)] ?? VICTIM;
    await stage.play(5);
    const untilS = stage.elapsedS + (isQuick ? 15 : 90);
    while (stage.elapsedS < untilS) {
      const one = pick();
      const other = pick();
      if (one === other) continue;
      const seconds = 0.2 + 6 * dice() ** 2;
      const trouble = stage.trouble(`${one} – ${other} is cut for ${seconds.toFixed(1)} s`);
      wan.cutLink(one, other);
      await stage.play(seconds);
      wan.healLink(one, other);
      trouble.isOver('healed');
      await stage.play(0.2 + 2 * dice());
    }
    await stage.play(isQuick ? 5 : 15);
  },
};

const killLinkLeader: WorldScenario = {
  name: 'kill-link-leader',
  summary: `SIGKILL to the node that carries the links of ${VICTIM}; the other one carries on, and what was under way arrives once.`,
  twoNodesIn: [VICTIM],
  roomsIn: null,
  async run(stage, { isQuick }) {
    const { cluster } = stage.world.region(VICTIM);
    const peers = REGION_IDS.filter((id) => id !== VICTIM);
    const times = isQuick ? 1 : 4;
    for (let time = 0; time < times; time++) {
      await stage.play(isQuick ? 5 : 8);
      const { node, links } = await eventually(() => linkLeader(cluster, peers), LEADER_WITHIN);
      const startedMs = machineNowMs();
      const trouble = stage.trouble(
        `kill -9 ${node.name}, which carries ${links} links of ${VICTIM}`,
      );
      await node.kill();
      const next = await eventually(async () => {
        const leader = await linkLeader(cluster, peers);
        return leader !== undefined && leader.links === peers.length ? leader : null;
      }, LEADER_WITHIN);
      const tookS = ((machineNowMs() - startedMs) / 1_000).toFixed(1);
      trouble.isOver(`${next.node.name} carries all links after ${tookS} s`);
      if (time + 1 < times) await stage.world.startNode(VICTIM);
    }
    await stage.play(isQuick ? 5 : 15);
  },
};

const redisRestartRegion: WorldScenario = {
  name: 'redis-restart-region',
  summary: `The Redis of ${VICTIM} is killed and comes back empty; who waited there waits on, or is entered again by his client.`,
  twoNodesIn: [VICTIM],
  roomsIn: null,
  async run(stage, { isQuick }) {
    const { cluster } = stage.world.region(VICTIM);
    for (const awayS of isQuick ? [2] : [0.3, 2, 8]) {
      await stage.play(isQuick ? 5 : 10);
      const trouble = stage.trouble(`the Redis of ${VICTIM} is gone for ${awayS} s`);
      await cluster.killRedis();
      await stage.play(awayS);
      await cluster.startRedis();
      trouble.isOver('it is back, empty');
      await stage.play(isQuick ? 5 : 15);
    }
  },
};

export const WORLD_SCENARIOS: Readonly<Record<WorldScenarioName, WorldScenario>> = {
  'black-hole-region': blackHoleRegion,
  'cut-link': cutLink,
  'heal-link': healLink,
  'kill-link-leader': killLinkLeader,
  'redis-restart-region': redisRestartRegion,
};
