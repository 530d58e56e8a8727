import { isSplit } from './is-split.ts';
import { MeridianProcess, type StartMeridianOptions } from './meridian-process.ts';
import { startSplitNode } from './split-world.ts';

export { type LogLine, MeridianProcess, type ProcessEnd } from './meridian-process.ts';

/** Starts a node with `game` on it; its services in processes of their own, if tests are told so and `env` does not place them. */
export async function startMeridian(
  game: string,
  env: StartMeridianOptions['env'] = {},
): Promise<MeridianProcess> {
  const isPlaced = Object.keys(env).some((name) =>
    /^(REDIS_URI$|MERIDIAN_(PROCESS_SERVICES$|REDIS|RPC|REGION))/.test(name),
  );
  if (isSplit && !isPlaced) return await startSplitNode({ game, env });
  return await MeridianProcess.start({ game, env });
}
