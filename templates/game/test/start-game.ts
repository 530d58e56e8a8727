import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** The game on a server of its own, which ends with its scope. */
export interface RunningGame extends AsyncDisposable {
  readonly url: string;
}

/** Starts the server as `npm start` does, on free ports and with profiles that end with it. */
export async function startGame(): Promise<RunningGame> {
  const server = spawn(
    process.execPath,
    ['node_modules/meridian/bin/meridian.js', 'start', '--game', 'src/server/game.ts'],
    {
      env: {
        ...process.env,
        NODE_ENV: 'development',
        PORT: '0',
        MERIDIAN_ADMIN_METRICS_PORT: '0',
        MERIDIAN_ADMIN_ADMIN_PORT: '0',
        MERIDIAN_PROFILES_SQLITE_PATH: ':memory:',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const ended = once(server, 'close');
  let output = '';
  for await (const line of createInterface({ input: server.stdout })) {
    output += `${line}\n`;
    const { event, port } = parsed(line);
    if (event !== 'listening') continue;
    server.stdout.resume();
    return {
      url: `http://127.0.0.1:${port}`,
      async [Symbol.asyncDispose]() {
        server.kill();
        await ended;
      },
    };
  }
  throw new Error(`The server ended before it listened:\n${output}`);
}

function parsed(line: string): { readonly event?: string; readonly port?: number } {
  try {
    return JSON.parse(line);
  } catch {
    return {};
  }
}
