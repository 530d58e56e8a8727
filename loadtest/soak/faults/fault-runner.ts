import type { NodeInfo } from '../../../src/cluster/node-info.ts';
import { redisKeys } from '../../../src/storage/redis/redis-keys.ts';
import { eventually } from '../../../test/support/eventually.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import type { ClusterNode } from '../../cluster/cluster-node.ts';
import { machineNowMs } from '../../machine/machine-clock.ts';
import type { World } from '../../world/world.ts';
import type { DoneFault } from '../accounting/incidents.ts';
import type { SoakCrew } from '../bots/soak-crew.ts';
import type { PlannedFault } from '../plan/fault-plan.ts';

const SECOND_MS = 1_000;
/** What runs nodes starts another one in place of a lost one so soon. */
const REPLACED_AFTER_MS = 2_000;
/** A node that was halted for longer than its lease ends by itself. */
const ENDS_WITHIN_MS = 3_000;
const KNOWN_WITHIN_MS = 15_000;

/** Does to a world what a plan says. One fault after the other; each returns when the world is whole again, as far as it is ours to mend. */
export class FaultRunner {
  readonly #world: World;
  readonly #crew: SoakCrew;
  readonly #onNodes: () => void;
  readonly #startsLast: boolean;

  /** @param deps.onNodes - told when nodes have ended or begun */
  constructor(deps: {
    readonly world: World;
    readonly crew: SoakCrew;
    readonly onNodes: () => void;
    readonly canGoFirst: boolean;
  }) {
    this.#world = deps.world;
    this.#crew = deps.crew;
    this.#onNodes = deps.onNodes;
    this.#startsLast = deps.canGoFirst;
  }

  /** @throws {Error} when the world cannot be mended: a node that does not start */
  async run(fault: PlannedFault): Promise<DoneFault> {
    const fromMs = machineNowMs();
    const done = await this.#do(fault);
    this.#onNodes();
    return { kind: fault.kind, fromMs, ...done };
  }

  /** In truth it starts on a machine of its own; here those who play go first, where that is allowed. */
  async #startNode(regionId: string): Promise<void> {
    await this.#world.startNode(regionId, { startsLast: this.#startsLast });
  }

  async #do(fault: PlannedFault): Promise<Omit<DoneFault, 'kind' | 'fromMs'>> {
    const { kind, regionId, otherRegionId, lengthS, pick } = fault;
    const { wan } = this.#world;
    const { cluster } = this.#world.region(regionId);
    const length = `${lengthS.toFixed(1)} s`;
    switch (kind) {
      case 'kill': {
        const node = nodeAt(cluster, pick);
        await node.kill();
        const toMs = machineNowMs();
        await sleep(REPLACED_AFTER_MS);
        await this.#startNode(regionId);
        return { what: `kill -9 ${node.name} of ${regionId}`, toMs, regionIds: [regionId] };
      }
      case 'drain': {
        const node = nodeAt(cluster, pick);
        const nodeId = await nodeIdOf(cluster, node);
        await this.#startNode(regionId);
        await node.drain(nodeId);
        await node.stop();
        return {
          what: `${node.name} of ${regionId} is drained and replaced`,
          ...{ toMs: machineNowMs(), regionIds: [regionId] },
        };
      }
      case 'halt':
      case 'hang': {
        const node = nodeAt(cluster, pick);
        node.pause();
        await sleep(lengthS * SECOND_MS);
        node.resume();
        const toMs = machineNowMs();
        const hasEnded = await Promise.race([
          node.ended.then(() => true),
          sleep(ENDS_WITHIN_MS).then(() => false),
        ]);
        if (hasEnded) await this.#startNode(regionId);
        const end = hasEnded ? ', and ends by itself' : '';
        return {
          what: `${node.name} of ${regionId} is halted for ${length}${end}`,
          ...{ toMs, regionIds: [regionId] },
        };
      }
      case 'restart-redis':
        await cluster.killRedis();
        await sleep(lengthS * SECOND_MS);
        await cluster.startRedis();
        return {
          what: `the Redis of ${regionId} is gone for ${length}, and comes back empty`,
          ...{ toMs: machineNowMs(), regionIds: [regionId] },
        };
      case 'cut-link': {
        const other = otherRegionId ?? regionId;
        wan.cutLink(regionId, other);
        await sleep(lengthS * SECOND_MS);
        wan.healLink(regionId, other);
        return {
          what: `the link ${regionId} – ${other} is cut for ${length}`,
          ...{ toMs: machineNowMs(), regionIds: [regionId, other] },
        };
      }
      case 'black-hole':
        wan.blackHole(regionId);
        await sleep(lengthS * SECOND_MS);
        wan.healRegion(regionId);
        return {
          what: `${regionId} is in a black hole for ${length}`,
          ...{ toMs: machineNowMs(), regionIds: [regionId] },
        };
      case 'slow-client': {
        const player = this.#crew.stallOne(regionId, pick, lengthS * SECOND_MS);
        await sleep(lengthS * SECOND_MS);
        return {
          what: `player ${player ?? '–'} of ${regionId} reads nothing for ${length}`,
          ...{ toMs: machineNowMs(), regionIds: [regionId] },
        };
      }
    }
  }
}

/** @throws {Error} where nobody runs */
function nodeAt({ running }: Cluster, pick: number): ClusterNode {
  const node = running[Math.floor(pick * running.length)];
  if (node === undefined) throw new Error('No node of the region runs.');
  return node;
}

/** Nodes of a world have no public address; those of one machine are told apart by their ports. */
async function nodeIdOf(cluster: Cluster, node: ClusterNode): Promise<string> {
  await using redis = cluster.redis.client();
  return await eventually(
    async () => {
      const ids = await redis.smembers(redisKeys.nodes);
      const leases = await Promise.all(ids.map((id) => redis.get(redisKeys.lease(id))));
      return leases
        .filter((lease) => lease !== null)
        .map((lease) => JSON.parse(lease) as NodeInfo)
        .find(({ internalAddress }) => internalAddress.endsWith(`:${node.port}`))?.nodeId;
    },
    { withinMs: KNOWN_WITHIN_MS },
  );
}

function sleep(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
