// Programs that tests run for real and npm does not bring.

import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from './find-program.ts';

export type TestTool = 'redis-server' | 'chromium';

/** Path of a Redis server, or null. `REDIS_SERVER_PATH` wins. */
export function findRedisServer(): string | null {
  return findProgram([
    ...named('REDIS_SERVER_PATH'),
    'redis-server',
    'valkey-server',
    '/usr/bin/redis-server',
    '/usr/local/bin/redis-server',
    '/opt/homebrew/bin/redis-server',
  ]);
}

/** Path of a Chromium or Chrome, or null. `CHROME_PATH` wins. */
export function findChromium(): string | null {
  return findProgram([
    ...named('CHROME_PATH'),
    'chromium',
    'chromium-browser',
    'google-chrome',
    'google-chrome-stable',
    '/usr/bin/chromium',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    ...playwrightBrowsers(),
  ]);
}

export const FINDERS: Readonly<Record<TestTool, () => string | null>> = {
  'redis-server': findRedisServer,
  chromium: findChromium,
};

function named(variable: string): string[] {
  const path = process.env[variable];
  return path === undefined || path === '' ? [] : [path];
}

/** Browsers that `playwright-core install chromium` has left in its cache, newest first. */
function playwrightBrowsers(): string[] {
  const cache = process.env['PLAYWRIGHT_BROWSERS_PATH'] ?? join(homedir(), '.cache/ms-playwright');
  if (!existsSync(cache)) return [];
  return readdirSync(cache)
    .filter((name) => /^chromium-\d+$/.test(name))
    .sort((a, b) => Number(b.split('-')[1]) - Number(a.split('-')[1]))
    .flatMap((name) =>
      ['chrome-linux64', 'chrome-linux'].map((os) => join(cache, name, os, 'chrome')),
    );
}
