import { type Browser, chromium } from 'playwright-core';
import { findChromium } from '../../bin/setup/test-tools.ts';

/** Chromium as tests want it: no traffic of its own, no GPU, no sandbox (CI runs as root). */
const QUIET = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-gpu',
  '--disable-sync',
  '--no-first-run',
];

/**
 * A real Chromium without a window; `await using` closes it.
 *
 * @param args - further switches
 * @throws when none is installed, with the way to get one
 */
export async function openBrowser(args: readonly string[] = []): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === null) {
    throw new Error('No Chromium here: run `npm test` once, or set CHROME_PATH.');
  }
  return chromium.launch({ executablePath, args: [...QUIET, ...args] });
}
