// The command `meridian` of a project that has the package: the server is compiled, npm has brought what it needs, and there is
// nothing to set up.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './setup/root.js';

const NODE_MAJOR = 24;
const USAGE = `Usage: meridian start --game <file>   run the server of a game; \`meridian start --help\` says more
       meridian db migrate|shard       bring the database to the schema of this version; spread it over shards`;

/** Whether this file belongs to an installed package and not to the repository. */
export function isInstalled() {
  return !existsSync(join(root, 'src/main.ts'));
}

/**
 * Becomes the server, which reads its own arguments.
 *
 * @param {string} name
 * @param {readonly string[]} args
 * @returns {Promise<number>} exit code; of a server that runs, what it would be if nothing happened
 */
export async function runInstalled(name, args) {
  if (name !== 'start' && name !== 'db') {
    console.error(`meridian: there is no command '${name}' here\n\n${USAGE}`);
    return 2;
  }
  if (Number(process.versions.node.split('.')[0]) < NODE_MAJOR) {
    console.error(`meridian: Node ${process.versions.node} is too old, it takes ${NODE_MAJOR}`);
    return 1;
  }
  const main = join(root, 'dist/main.js');
  process.argv = [process.execPath, main, ...(name === 'db' ? [name] : []), ...args];
  await import(pathToFileURL(main).href);
  return Number(process.exitCode ?? 0);
}
