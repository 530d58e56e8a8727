import { steadyPath, WanLink } from '../../loadtest/wan/wan-link.ts';
import { freePort } from './free-port.ts';
import { MeridianProcess } from './start-meridian.ts';

/** One region: a node that is all of it, and the link that makes it far away. */
export interface TestRegion {
  readonly node: MeridianProcess;
  /** Under which clients know it: behind the link. */
  readonly url: string;
}

export interface TestRegions extends AsyncDisposable {
  region(regionId: string): TestRegion;
  /** `MERIDIAN_REGIONS` of all nodes. */
  readonly catalogue: string;
}

export interface StartRegionsOptions {
  /** Region id → delay of the link before it, each way, in ms. */
  readonly delaysMs: Readonly<Record<string, number>>;
  readonly secret: string;
  /** Settings of every node besides. */
  readonly env?: Readonly<Record<string, string>>;
}

const POSITION = { latitude: 50, longitude: 8 };

/** Regions that know each other, each a node behind a link of its own. */
export async function startRegions(options: StartRegionsOptions): Promise<TestRegions> {
  await using opened = new AsyncDisposableStack();
  const links = new Map<string, { readonly port: number; readonly link: WanLink }>();
  for (const [regionId, delayMs] of Object.entries(options.delaysMs)) {
    const port = await freePort();
    const link = await WanLink.open({ host: '127.0.0.1', port }, () => steadyPath(delayMs));
    links.set(regionId, { port, link: opened.use(link) });
  }
  const catalogue = JSON.stringify(
    [...links].map(([id, { link }]) => ({ id, name: id, url: link.url, position: POSITION })),
  );
  const regions = new Map<string, TestRegion>();
  for (const [regionId, { port, link }] of links) {
    const node = await MeridianProcess.start({
      game: 'test/support/counter-game.ts',
      env: {
        PORT: String(port),
        JWT_SECRET: options.secret,
        MERIDIAN_REGION_ID: regionId,
        MERIDIAN_REGIONS: catalogue,
        ...options.env,
      },
    });
    regions.set(regionId, { node: opened.use(node), url: link.url });
  }
  const kept = opened.move();
  return {
    catalogue,
    region: (regionId) => {
      const region = regions.get(regionId);
      if (region === undefined) throw new Error(`There is no region ${regionId}.`);
      return region;
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
