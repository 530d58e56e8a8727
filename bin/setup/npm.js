import { existsSync, realpathSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import { runQuietly } from './run-quietly.js';
import { SetupError } from './setup-error.js';

/**
 * Runs npm under the given Node: npm is JavaScript, so the one of an old Node works under a new one, and the install
 * scripts of packages see the new one first in their PATH.
 *
 * @param {string} node - path of a Node executable
 * @param {readonly string[]} args
 * @param {string} cwd
 * @throws {SetupError} telling what npm said
 */
export async function npm(node, args, cwd) {
  const path = `${dirname(node)}${delimiter}${process.env['PATH'] ?? ''}`;
  const env = { ...process.env, PATH: path, npm_config_update_notifier: 'false' };
  // Set by an outer `npm start`, these would make the inner npm believe that it is part of that run.
  for (const name of [
    'npm_config_local_prefix',
    'npm_config_prefix',
    'npm_config_global',
    'INIT_CWD',
  ]) {
    delete env[/** @type {keyof typeof env} */ (name)];
  }
  const { ok, output } = await runQuietly(node, [findNpm(), ...args], { cwd, env });
  if (ok) return;
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|ERR_SOCKET|network/i.test(output)) {
    throw new SetupError(
      `the npm registry cannot be reached, and this is needed once: npm ${args[0]}\n` +
        `Connect to the network (or set your npm registry and proxy) and run the command again.\n\n${gist(output)}`,
    );
  }
  throw new SetupError(`npm ${args.join(' ')} failed:\n\n${gist(output)}`);
}

/** Path of npm-cli.js: of the npm that runs us, of the Node that runs us, or of the first npm in PATH. */
function findNpm() {
  const beside = dirname(process.execPath);
  const candidates = [
    process.env['npm_execpath'] ?? '',
    join(beside, '../lib/node_modules/npm/bin/npm-cli.js'),
    join(beside, 'node_modules/npm/bin/npm-cli.js'),
    ...(process.env['PATH'] ?? '').split(delimiter).flatMap((folder) => [
      // On Unix `npm` is a link to npm-cli.js; on Windows npm.cmd stands beside node_modules.
      join(folder, 'npm'),
      join(folder, 'node_modules/npm/bin/npm-cli.js'),
      join(folder, '../lib/node_modules/npm/bin/npm-cli.js'),
    ]),
  ];
  for (const candidate of candidates) {
    if (candidate === '' || !existsSync(candidate)) continue;
    const real = realpathSync(candidate);
    if (basename(real) === 'npm-cli.js') return real;
  }
  throw new SetupError(
    'npm is not here. Install Node 24 with npm from https://nodejs.org and run this again.',
  );
}

/**
 * The lines that name the trouble: npm puts them first and a page of its own usage after them.
 *
 * @param {string} output
 */
function gist(output) {
  const lines = output.split('\n').filter((line) => !/^npm (warn|notice)/.test(line));
  return lines.slice(0, 25).join('\n').trim();
}
