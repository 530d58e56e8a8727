import { isSplit } from './is-split.ts';
import { ServicesApart } from './services-apart.ts';
import { MeridianProcess } from './start-meridian.ts';

type Env = Readonly<Record<string, string>>;

/** Where tests of matchmaking are at home, and the node their players reach. */
export interface MatchWorld extends AsyncDisposable {
  readonly node: MeridianProcess;
}

/** Five processes, beside those of other tests. */
export const STARTS_WITHIN_MS = 90_000;

/** Matchmaking in the process of the only node; and in one of its own, beside two nodes with rooms. */
const MATCH_WORLDS: readonly {
  readonly name: string;
  open(game: string, env: Env): Promise<MatchWorld>;
}[] = [
  {
    name: 'all in one process',
    open: async (game, env) => {
      const node = await MeridianProcess.start({ game, env });
      return { node, [Symbol.asyncDispose]: () => node[Symbol.asyncDispose]() };
    },
  },
  {
    name: 'matchmaking in a process of its own',
    open: async (game, env) => {
      const apart = await ServicesApart.open({ game, env });
      try {
        const [, node] = await Promise.all([
          apart.startMatchmaking(),
          apart.startNode(),
          apart.startNode(),
        ]);
        await apart.untilReady(node);
        return { node, [Symbol.asyncDispose]: () => apart[Symbol.asyncDispose]() };
      } catch (error) {
        await apart[Symbol.asyncDispose]();
        throw error;
      }
    },
  },
];

/** The one that a run is about: apart with `MERIDIAN_TEST_SPLIT=1`. */
export const MATCH_WORLD = MATCH_WORLDS.slice(...(isSplit ? [1, 2] : [0, 1]));
