import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exclusively } from './exclusively.js';
import { npm } from './npm.js';
import { root } from './root.js';
import { runQuietly } from './run-quietly.js';
import { SetupError } from './setup-error.js';
import { step } from './step.js';

/** What runs the repository when the machine's own Node is older. Exact, so that everybody has the same. */
export const NODE_VERSION = '24.21.0';
const NODE_MAJOR = 24;

/** Git-ignored; deleting it costs one download. */
export const toolchainFolder = join(root, '.toolchain');

/**
 * A Node >= 24: the running one when it is, else the one of the npm package `node`, installed once into `.toolchain/`.
 *
 * @returns {Promise<string>} path of its executable
 */
export async function ensureNode() {
  if (isNewEnough(process.versions.node)) return process.execPath;
  const installed = installedNode();
  if (installed !== null) return installed;
  if (process.env['MERIDIAN_NO_INSTALL'] === '1') {
    throw new SetupError(
      `Node ${process.versions.node} is too old. Install Node 24 or newer from https://nodejs.org, or run without ` +
        'MERIDIAN_NO_INSTALL to have it set up in .toolchain/.',
    );
  }
  return exclusively(toolchainFolder, async () => {
    // Somebody else may have done it while we waited.
    const path = installedNode();
    if (path !== null) return path;
    return step(
      `Node ${process.versions.node} is too old; fetching ${NODE_VERSION} into .toolchain/`,
      install,
    );
  });
}

/**
 * The Node that `ensureNode` has installed, or null. Also read by ecosystem.config.js.
 *
 * @returns {string | null}
 */
export function installedNode() {
  const path = nodePath();
  const isWhole = existsSync(stampPath()) && readFileSync(stampPath(), 'utf8') === NODE_VERSION;
  return isWhole && existsSync(path) ? path : null;
}

async function install() {
  mkdirSync(toolchainFolder, { recursive: true });
  // A package of its own: npm would otherwise take the folder above for the project.
  writeFileSync(join(toolchainFolder, 'package.json'), '{ "private": true }\n');
  await installPackage(`node@${NODE_VERSION}`);
  // That package fetches the binary of this platform in an install script, which npm may have been told to skip. The
  // binary's own package needs none.
  if (!existsSync(nodePath())) await installPackage(`${platformPackage()}@${NODE_VERSION}`);
  const { ok, output } = await runQuietly(nodePath(), ['--version']);
  if (!ok || output.trim() !== `v${NODE_VERSION}`) {
    throw new SetupError(
      `the downloaded Node does not run here (${output.trim() || 'no answer'}). Install Node 24 or newer from https://nodejs.org.`,
    );
  }
  writeFileSync(stampPath(), NODE_VERSION);
  return nodePath();
}

/** @param {string} spec */
async function installPackage(spec) {
  const options = ['--prefix', toolchainFolder, '--no-save', '--ignore-scripts=false'];
  await npm(process.execPath, ['install', ...options, spec], toolchainFolder);
}

/** Where the binary is, or will be. */
function nodePath() {
  const executable = process.platform === 'win32' ? 'node.exe' : 'node';
  const places = ['node', platformPackage()].map((name) =>
    join(toolchainFolder, 'node_modules', name, 'bin', executable),
  );
  return places.find((path) => existsSync(path)) ?? String(places[0]);
}

/** Name of the package that holds the binary of this platform, as the package `node` composes it. */
function platformPackage() {
  const { platform, arch } = process;
  const prefix = platform === 'darwin' && arch === 'arm64' ? 'node-bin' : 'node';
  return `${prefix}-${platform === 'win32' ? 'win' : platform}-${arch}`;
}

/** Written last, after the binary has answered: a download that was cut short has none. */
function stampPath() {
  return join(toolchainFolder, 'node-version');
}

/** @param {string} version */
function isNewEnough(version) {
  return Number(version.split('.')[0]) >= NODE_MAJOR;
}
