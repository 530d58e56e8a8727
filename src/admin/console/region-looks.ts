import type { WorldNode, WorldView } from '../../protocol/admin.ts';
import { ask } from './api.ts';

/** What one region says of itself; `problem` when it does not. */
export interface RegionLook {
  readonly regionId: string;
  readonly nodes: readonly WorldNode[];
  readonly view: WorldView | null;
  readonly problem: string | null;
}

/** Each region's own view of itself. A server that stands outside of all knows all of them at once. */
export async function lookAtRegions(world: WorldView): Promise<readonly RegionLook[]> {
  if (world.ownRegionId === null) {
    return world.regions.map(({ regionId }) => ({
      ...{ regionId, view: world, problem: null },
      nodes: world.nodes.filter((node) => node.regionId === regionId),
    }));
  }
  return await Promise.all(world.regions.map(({ regionId }) => lookAt(regionId, world)));
}

async function lookAt(regionId: string, world: WorldView): Promise<RegionLook> {
  if (regionId === world.ownRegionId) {
    return { regionId, nodes: world.nodes, view: world, problem: null };
  }
  try {
    const view = await ask({ question: 'world', regionId });
    return { regionId, nodes: view.nodes, view, problem: null };
  } catch (error) {
    return { regionId, nodes: [], view: null, problem: (error as Error).message };
  }
}
