import { join } from 'node:path';
import { become } from '../setup/become.ts';
import { ensureDependencies } from '../setup/dependencies.ts';
import { toolchainFolder } from '../setup/toolchain.js';
import { ensureConsole, ensureWebDemos } from '../setup/web-demos.ts';

const DEMO_GAMES = 'demos/game.ts';

/** Runs the server, with the demo games unless another game is named. */
export async function run(args: readonly string[]): Promise<number> {
  await ensureDependencies();
  const namesGame = args.some((arg) => arg === '--game' || arg.startsWith('--game='));
  await (namesGame ? ensureConsole() : ensureWebDemos());
  const game = namesGame ? [] : ['--game', DEMO_GAMES];
  return become(['--conditions=meridian-source', 'src/main.ts', ...game, ...args], {
    // Compiled code and stripped types from the last start.
    NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? join(toolchainFolder, 'compile-cache'),
  });
}
