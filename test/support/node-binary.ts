import { findRuntimes } from '../../loadtest/machine/runtimes.ts';
import { repositoryRoot } from './repository.ts';

/**
 * What runs the processes of nodes: this Node, or with `NODES_RUN_ON=bun` the npm package `bun`, so that a suite
 * tells what a node does not do there (docs/adr/0021-bun.md). Tests themselves stay on Node.
 */
export const nodeBinary = process.env['NODES_RUN_ON'] === 'bun' ? bunBinary() : process.execPath;

function bunBinary(): string {
  const { bun } = findRuntimes(repositoryRoot);
  if (bun === null) throw new Error('Bun is not installed here: npm install adds it.');
  return bun;
}
