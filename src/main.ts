import { isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect, parseArgs } from 'node:util';
import { ListenError } from './app/listen.ts';
import { type MeridianNode, startNode } from './app/node.ts';
import type { MeridianConfig } from './config/config.ts';
import { ConfigError, loadConfig } from './config/load-config.ts';
import { runningIn } from './config/placement.ts';
import type { GameDefinition } from './rooms/game.ts';

// The process: reads the command line and the environment (nobody else does), starts the node, stops it on a signal.

const USAGE = `Usage: node src/main.ts --game <file>
       node src/main.ts db migrate|shard   (db help says more)
       node src/main.ts release status|canary|promote|rollback   (release help says more)

  --game <file>       module that exports \`game = defineGame({ … })\`; or set MERIDIAN_GAME
  --services <names>  what this process runs: some of auth,profile,matchmaking,game,analytics,incidents,
                      or \`all\`; or set MERIDIAN_PROCESS_SERVICES. Only \`game\` and \`matchmaking\` want a --game
  --help              this text

Settings are environment variables, MERIDIAN_<SECTION>_<KEY>; see docs/reference/configuration.md.
`;

const EXIT_USAGE = 2;
const EXIT_FAILED = 1;
const FENCED_GOODBYE_MS = 250;

async function main(): Promise<void> {
  const [word, ...rest] = process.argv.slice(2);
  if (word === 'db') return await runDatabase(rest);
  if (word === 'release') return await runRelease(rest);
  const values = readArguments();
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const { services, game } = values;
  const config = loadConfig({
    ...process.env,
    ...(services === undefined ? {} : { MERIDIAN_PROCESS_SERVICES: services }),
  });
  const node = await start(config, game ?? process.env['MERIDIAN_GAME']);
  stopOnSignals(node, config.process.shutdownDeadlineMs);
  node.log.info(
    { event: 'listening', pid: process.pid, ...node.ports },
    `listening on http://localhost:${node.ports.port}`,
  );
  // PM2's wait_ready, and whoever else started us as a child.
  process.send?.('ready');
}

interface Arguments {
  readonly game?: string;
  readonly services?: string;
  readonly help: boolean;
}

function readArguments(): Arguments {
  try {
    return parseArgs({
      options: {
        game: { type: 'string' },
        services: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    // parseArgs throws nothing else, and its texts name the option.
    throw new UsageError((error as Error).message, { cause: error });
  }
}

const STREAMS = {
  output: (text: string) => void process.stdout.write(text),
  progress: (text: string) => void process.stderr.write(text),
};

/** An operator's command in place of a server. */
async function runDatabase(args: readonly string[]): Promise<void> {
  const { runDatabaseCommand } = await import('./app/database-command.ts');
  process.exitCode = await runDatabaseCommand(args, process.env, STREAMS);
}

async function runRelease(args: readonly string[]): Promise<void> {
  const { runReleaseCommand } = await import('./app/release-command.ts');
  process.exitCode = await runReleaseCommand(args, process.env, STREAMS);
}

async function start(config: MeridianConfig, gamePath: string | undefined): Promise<MeridianNode> {
  const running = runningIn(config);
  if (running.has('game')) return await startNode(config, await loadGame(gamePath), endFenced);
  const game = running.has('matchmaking') ? await loadGame(gamePath) : null;
  // Loaded only here: a node that has everything calls nobody.
  const { startServiceNode } = await import('./app/service-node.ts');
  return await startServiceNode({ config, game, onFenced: endFenced });
}

async function loadGame(path: string | undefined): Promise<GameDefinition> {
  if (path === undefined) throw new UsageError('Which game? Give --game <file>.');
  const url = pathToFileURL(isAbsolute(path) ? path : resolve(path)).href;
  const { game } = (await import(url)) as { readonly game?: GameDefinition };
  if (game === undefined) throw new UsageError(`${path} does not export \`game\`.`);
  return game;
}

function stopOnSignals(node: MeridianNode, deadlineMs: number): void {
  let isStopping = false;
  const stop = (exitCode: number) => {
    if (isStopping) return;
    isStopping = true;
    // Whatever hangs, the process ends; its supervisor must not have to kill it.
    setTimeout(() => {
      node.log.error('the shutdown deadline has passed');
      process.exit(EXIT_FAILED);
    }, deadlineMs).unref();
    node.stop().then(
      () => process.exit(exitCode),
      (error: unknown) => {
        node.log.error({ err: error }, 'stopping failed');
        process.exit(EXIT_FAILED);
      },
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop(0));
  process.on('unhandledRejection', (reason) => {
    // One forgotten await must not end every room of the node; what threw is logged and counted.
    node.metrics.rejectionUnhandled();
    node.log.error({ err: reason }, 'unhandled rejection');
  });
  process.on('uncaughtException', (error) => {
    // Thrown outside of any room's code: nobody knows what is half done. Players are told and the process ends.
    node.log.fatal({ err: error }, 'uncaught exception, stopping');
    stop(EXIT_FAILED);
  });
}

/** Others act for this node now; its supervisor starts a new one. Sockets get their goodbye in the meantime. */
function endFenced(): void {
  setTimeout(() => process.exit(EXIT_FAILED), FENCED_GOODBYE_MS);
}

class UsageError extends Error {}

try {
  await main();
} catch (error) {
  if (error instanceof UsageError) process.stderr.write(`${error.message}\n\n${USAGE}`);
  else if (error instanceof ConfigError || error instanceof ListenError)
    process.stderr.write(`${error.message}\n`);
  // Causes included: the store says no more than that it does not answer.
  else process.stderr.write(`${inspect(error)}\n`);
  process.exit(error instanceof UsageError ? EXIT_USAGE : EXIT_FAILED);
}
