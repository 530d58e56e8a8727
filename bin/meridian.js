#!/usr/bin/env node
// The door of the repository. Plain JavaScript without dependencies, because a stranger arrives with whatever Node he has:
//
//   any Node >= 18 ──▶ meridian.js ──▶ Node 24 (this one, or .toolchain/'s) ──▶ commands/<name>.ts ──▶ set-up ──▶ the work
//
// Everything behind the second arrow is TypeScript, which Node 24 runs as it is (docs/adr/0001-setup-by-the-repository.md).

import { fileURLToPath } from 'node:url';
import { isInstalled, runInstalled } from './installed.js';
import { relay } from './setup/relay.js';
import { SetupError } from './setup/setup-error.js';
import { stopWhenOrphaned } from './setup/stop-when-orphaned.js';
import { ensureNode } from './setup/toolchain.js';

/** Name, what it takes, what it does, and what its own help adds. */
const COMMANDS = /** @type {const} */ ([
  [
    'start',
    '[options]',
    'set up what is missing and run the server with the demo games',
    '--game <file>   module that exports `game` (default: demos/game.ts)',
    '--bun           run it on Bun in place of Node (Linux)',
    'Other options go to the server; its settings are environment variables, e.g. PORT=8080.',
  ],
  [
    'test',
    '[vitest arguments]',
    'lint, types and all tests; with arguments only the tests they name',
    'Examples: npm test -- --project unit',
    '          npm test -- test/integration/layers.test.ts',
    'MERIDIAN_TEST_SEED=<number> repeats a run; the run prints its seed first.',
  ],
  [
    'verify',
    '[--json]',
    'what `test` does, then the build and the package; ends with a table',
    '--json   the table as JSON on standard output; everything else on standard error',
  ],
  [
    'init',
    '<folder>',
    'make a new game in a folder of its own, ready to start and to test',
    'The folder must not exist, or be empty. The two packages of Meridian are packed into its vendor/,',
    'since they are in no registry; npm brings the rest.',
  ],
  ['setup', '', 'only what the others do first: Node, dependencies, web demos, tools of the tests'],
  ['build', '', 'compile the server, the client SDK and the web demos for production'],
  ['bench', '<suite> [options]', 'compare with other servers, e.g. `bench rooms --quick`'],
  ['loadtest', '[options]', 'drive bots against a server and write a report'],
  ['cluster', '[options]', 'five regions on this machine, as far apart as in truth, until Ctrl-C'],
  ['chaos', '<scenario> [options]', 'break a local cluster under players, e.g. `chaos kill-node`'],
  ['soak', '[options]', 'five regions under players and faults, e.g. `soak --minutes 30`'],
  ['matchsim', '[options]', 'simulate matchmaking, e.g. `matchsim --scenario night-trough`'],
  ['logs', '[options]', 'what all nodes have written lately, by level, room, trace or text'],
  ['db', 'migrate|shard', 'bring the database to the schema of this build; spread it over shards'],
  [
    'operator',
    '<name> viewer|operator|admin',
    'an entry for MERIDIAN_ADMIN_OPERATORS; the password on standard input',
  ],
  [
    'release',
    'status|canary|…',
    'which build gets a region’s new rooms: canary, promote, roll back',
  ],
  ['help', '[command]', 'this text, or the one of a command'],
]);

const [name = 'help', ...args] = process.argv.slice(2);
process.exitCode = await main();

async function main() {
  if (name === 'help' || name === '--help' || name === '-h') {
    const topic = args[0];
    if (topic === undefined) return say(overview());
    return isCommand(topic) ? say(usage(topic)) : complain(topic);
  }
  if (isInstalled()) return runInstalled(name, args);
  if (!isCommand(name)) return complain(name);
  // The tools behind these know their own options better than this file does.
  const answersHelpItself = [
    'bench',
    'loadtest',
    'chaos',
    'cluster',
    'soak',
    'matchsim',
    'db',
    'logs',
    'release',
  ].includes(name);
  if (args.some((arg) => arg === '--help' || arg === '-h') && !answersHelpItself)
    return say(usage(name));

  stopWhenOrphaned();
  try {
    const node = await ensureNode();
    if (node !== process.execPath) {
      return await relay(node, [fileURLToPath(import.meta.url), name, ...args]);
    }
    const command = await import(`./commands/${name}.ts`);
    return await command.run(args);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(`\nmeridian: ${error.message}\n`);
    return 1;
  }
}

/** @param {string} word */
function isCommand(word) {
  return COMMANDS.some(([command]) => command === word);
}

/** @param {string} text */
function say(text) {
  console.log(text);
  return 0;
}

/** @param {string} word */
function complain(word) {
  console.error(`meridian: there is no command '${word}'\n\n${overview()}`);
  return 2;
}

function overview() {
  const lines = COMMANDS.map(([command, takes, does]) => {
    return `  ${`${command} ${takes}`.padEnd(27)} ${does}`;
  });
  return [
    'Meridian: authoritative game rooms on Colyseus',
    '',
    'Usage: npm start | npm test | npm run <command> [-- arguments]',
    '       node bin/meridian.js <command> [arguments]',
    '',
    ...lines,
    '',
    'MERIDIAN_NO_INSTALL=1  name what is missing instead of installing it',
  ].join('\n');
}

/** @param {string} word */
function usage(word) {
  const [command, takes, does, ...details] =
    COMMANDS.find(([candidate]) => candidate === word) ?? COMMANDS[0];
  const heading = `Usage: node bin/meridian.js ${command} ${takes}`.trimEnd();
  const more = details.length > 0 ? ['', ...details] : [];
  return [heading, '', ...[does, ...more].map((line) => `  ${line}`.trimEnd())].join('\n');
}
