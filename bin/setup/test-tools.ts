// Programs that tests run for real and npm does not bring.

import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from './find-program.ts';
import { findMongoJavaServer, type JavaProgram } from './mongo-java-server.ts';

export type TestTool = 'redis-server' | 'chromium' | 'mongo-server' | 'prometheus';

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

/** What tests use as MongoDB. */
export type MongoServerSource =
  /** A server that runs already: `MONGO_URI`. */
  | { readonly kind: 'given'; readonly uri: string }
  | { readonly kind: 'mongod'; readonly path: string }
  /** Speaks the protocol, and is not MongoDB: what it cannot do is skipped by name. */
  | ({ readonly kind: 'mongo-java-server' } & JavaProgram);

/** The best MongoDB that tests can have here, or null. `MONGO_URI` wins, then a mongod, then what the set-up has fetched. */
export function findMongoServer(): MongoServerSource | null {
  const [uri] = named('MONGO_URI');
  if (uri !== undefined) return { kind: 'given', uri };
  const path = findProgram([
    ...named('MONGOD_PATH'),
    'mongod',
    '/usr/bin/mongod',
    '/opt/homebrew/bin/mongod',
  ]);
  if (path !== null) return { kind: 'mongod', path };
  const program = findMongoJavaServer();
  return program === null ? null : { kind: 'mongo-java-server', ...program };
}

/** Path of a Prometheus whose tools are beside it, and Alertmanager's with them; or null. */
export function findPrometheus(): string | null {
  const tools = ['promtool', 'amtool'].map((name) => findProgram([name, `/usr/bin/${name}`]));
  return tools.includes(null) ? null : findProgram(['prometheus', '/usr/bin/prometheus']);
}

export const FINDERS: Readonly<Record<TestTool, () => unknown>> = {
  'redis-server': findRedisServer,
  chromium: findChromium,
  'mongo-server': findMongoServer,
  prometheus: findPrometheus,
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
