import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { become } from '../setup/become.ts';
import { ensureDependencies } from '../setup/dependencies.ts';
import { root } from '../setup/root.js';
import { SetupError } from '../setup/setup-error.js';
import { toolchainFolder } from '../setup/toolchain.js';
import { ensureConsole, ensureWebDemos } from '../setup/web-demos.ts';

const DEMO_GAMES = 'demos/game.ts';
/** The server runs on Bun in place of Node (docs/adr/0021-bun.md). */
const ON_BUN = '--bun';

/** Runs the server, with the demo games unless another game is named. */
export async function run(given: readonly string[]): Promise<number> {
  const args = given.filter((arg) => arg !== ON_BUN);
  await ensureDependencies();
  const namesGame = args.some((arg) => arg === '--game' || arg.startsWith('--game='));
  await (namesGame ? ensureConsole() : ensureWebDemos());
  const game = namesGame ? [] : ['--game', DEMO_GAMES];
  return become(
    ['--conditions=meridian-source', 'src/main.ts', ...game, ...args],
    {
      // Compiled code and stripped types from the last start.
      NODE_COMPILE_CACHE:
        process.env['NODE_COMPILE_CACHE'] ?? join(toolchainFolder, 'compile-cache'),
    },
    given.includes(ON_BUN) ? bunBinary() : undefined,
  );
}

/** Of the npm package `bun`, the version that the tests know. */
function bunBinary(): string {
  const binary = join(root, 'node_modules', 'bun', 'bin', 'bun.exe');
  if (!existsSync(binary)) throw new SetupError('Bun is not installed: `npm install` adds it.');
  return binary;
}
