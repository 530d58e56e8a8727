import type { RegionList } from '../../src/protocol/regions.ts';

/** Whether the node at `url` knows that all regions take rooms. */
export async function areAllRegionsOpen(url: string): Promise<boolean> {
  const { regions } = (await (await fetch(`${url}/v1/regions`)).json()) as RegionList;
  return regions.every(({ isOpen }) => isOpen === true);
}
