import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';

export interface OwnServer {
  readonly endpoint: URL;
  readonly metrics: URL;
  /** Ends it as an operator would, and forgets its profiles. */
  stop(): Promise<void>;
}

const Listening = z.object({
  event: z.literal('listening'),
  port: z.number(),
  metricsPort: z.number(),
});
const START_WITHIN_MS = 20_000;
const STOP_WITHIN_MS = 15_000;
const LOG_LINES_KEPT = 20;

/**
 * Starts a node of its own for the load test, on free ports, with an empty profile store in a temporary folder.
 *
 * All bots come from one address, so the limits per address are raised; everything else is as in production.
 *
 * @throws {Error} when it does not listen in time; the message carries the end of its log
 */
export async function startOwnServer(projectRoot: string, game: string): Promise<OwnServer> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'meridian-loadtest-'));
  const child = spawn(
    process.execPath,
    ['--conditions=meridian-source', 'src/main.ts', '--game', game],
    {
      cwd: projectRoot,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        // Started as from a shell, with some settings on top.
        ...process.env,
        PORT: '0',
        MERIDIAN_HTTP_BIND_ADDRESS: '127.0.0.1',
        MERIDIAN_HTTP_REQUESTS_PER_MINUTE: '1000000',
        MERIDIAN_HTTP_MATCHMAKE_PER_MINUTE: '1000000',
        MERIDIAN_HTTP_SOCKETS_PER_ADDRESS: '100000',
        MERIDIAN_ADMIN_METRICS_PORT: '0',
        MERIDIAN_ADMIN_ADMIN_PORT: '0',
        MERIDIAN_PROFILES_SQLITE_PATH: join(dataFolder, 'profiles.sqlite'),
      },
    },
  );
  const exited = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
  });
  const log: string[] = [];
  const remember = (line: string) => {
    log.push(line);
    if (log.length > LOG_LINES_KEPT) log.shift();
  };
  createInterface({ input: child.stderr }).on('line', remember);
  // A conductor that is ended must not leave its server behind.
  process.once('exit', () => child.kill('SIGTERM'));
  const stop = async () => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
    await exited;
    clearTimeout(timer);
    rmSync(dataFolder, { recursive: true, force: true });
  };

  const ports = await new Promise<z.infer<typeof Listening> | null>((resolve) => {
    const timer = setTimeout(() => resolve(null), START_WITHIN_MS);
    void exited.then(() => resolve(null));
    createInterface({ input: child.stdout }).on('line', (line) => {
      remember(line);
      const found = Listening.safeParse(parseOrNull(line));
      if (!found.success) return;
      clearTimeout(timer);
      resolve(found.data);
    });
  });
  if (ports === null) {
    await stop();
    throw new Error(`The server did not start. Its log ends with:\n${log.join('\n')}`);
  }
  return {
    endpoint: new URL(`http://127.0.0.1:${ports.port}`),
    metrics: new URL(`http://127.0.0.1:${ports.metricsPort}/metrics`),
    stop,
  };
}

function parseOrNull(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // Not a log line.
    return null;
  }
}
