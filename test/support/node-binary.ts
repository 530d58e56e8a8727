import { findRuntimes } from '../../loadtest/machine/runtimes.ts';
import { repositoryRoot } from './repository.ts';

/**
 * What runs the processes of nodes: this Node, or with `MERIDIAN_TEST_RUNTIME=bun` the npm package `bun`, so that a suite
 * tells what a node does not do there (docs/adr/0021-bun.md). Tests themselves stay on Node.
 */
export const nodeBinary =
  process.env['MERIDIAN_TEST_RUNTIME'] === 'bun' ? bunBinary() : process.execPath;

/** Bun of the npm package `bun`. @throws {Error} where it is not installed */
export function bunBinary(): string {
  const { bun } = findRuntimes(repositoryRoot);
  if (bun === null) throw new Error('Bun is not installed here: npm install adds it.');
  return bun;
}
