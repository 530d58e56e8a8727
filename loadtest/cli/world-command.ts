import { z } from 'zod';
import { MOST_BOTS } from '../../src/protocol/admin.ts';
import { WorldCrew } from '../world/bots/world-crew.ts';
import { WorldConsole } from '../world/console/world-console.ts';
import { World, type WorldRegion } from '../world/world.ts';
import { consoleLine, doorTable, regionLine, rttTable } from '../world/world-tables.ts';
import { parseCommand, positiveCount } from './command-line.ts';

const WORLD_COMMAND = {
  usage: 'npm run cluster --',
  summary: `Five regions on this machine, each with a Redis and nodes of its own, as far apart as they are in truth.
Runs until Ctrl-C, and leaves nothing behind.`,
  flags: {
    nodes: {
      value: 'count',
      help: 'Nodes of each region (2).',
      schema: positiveCount.default(2),
    },
    bots: {
      value: 'count',
      help: 'Bots that play the arena from the beginning (0); more and fewer on the console.',
      schema: z.coerce.number().int().min(0).max(MOST_BOTS).default(0),
    },
    'console-port': {
      value: 'port',
      help: 'Port of the console, on loopback (a free one).',
      schema: z.coerce.number().int().min(0).max(65_535).default(0),
    },
    game: {
      value: 'file',
      help: 'Module that exports `game` (demos/game.ts).',
      schema: z.string().default('demos/game.ts'),
    },
    json: {
      help: 'Say where everything is as one line of JSON on stdout when it is ready; progress goes to stderr.',
      schema: z.boolean().default(false),
    },
  },
} as const;

const EXIT_USAGE = 2;

/** `cluster`; ends with a signal. @returns the exit code */
export async function runWorldCommand(argv: readonly string[]): Promise<number> {
  const command = parseCommand(WORLD_COMMAND, argv);
  if (command.kind !== 'run') {
    (command.kind === 'help' ? process.stdout : process.stderr).write(`${command.text}\n`);
    return command.kind === 'help' ? 0 : EXIT_USAGE;
  }
  const { nodes, game, json, bots } = command.values;
  const tell = (text: string) => void (json ? process.stderr : process.stdout).write(`${text}\n`);
  const stopped = whenStopped();
  const startedMs = performance.now();
  const elapsedS = () => (performance.now() - startedMs) / 1_000;

  tell(`five regions of ${nodes} node(s), with their Redis servers`);
  const starting = World.start({
    game,
    nodesPerRegion: nodes,
    // For its console: there is no collector here.
    env: { MERIDIAN_TRACING_KEPT_SPANS: '2000' },
    onReady: (region) => tell(regionLine(region, elapsedS())),
  });
  const world = await Promise.race([starting, stopped]);
  if (world === 'stopped') {
    await starting.then((late) => late[Symbol.asyncDispose]());
    return 0;
  }
  const doors = await world.doors();
  const crew = new WorldCrew();
  const worldConsole = await WorldConsole.open({ world, crew }, command.values['console-port']);
  crew.want(bots);
  tell(
    `\nready in ${elapsedS().toFixed(1)} s\n\n${rttTable()}\n\n${doorTable(doors)}\n${consoleLine(worldConsole.url)}\n\nCtrl-C ends it.`,
  );
  if (json) {
    const regions = [...world.regions.values()].map(describe);
    process.stdout.write(
      `${JSON.stringify({ readyInS: elapsedS(), console: worldConsole.url, regions, doors })}\n`,
    );
  }
  await stopped;
  tell('\nstopping …');
  const count = [...world.regions.values()].flatMap(({ cluster }) => cluster.nodes).length;
  await worldConsole[Symbol.asyncDispose]();
  await crew[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
  tell(`stopped: ${count} nodes and ${world.regions.size} Redis servers have ended`);
  return 0;
}

function describe({ place, cluster }: WorldRegion) {
  return {
    id: place.id,
    name: place.name,
    frontDoor: cluster.frontDoor,
    redisPort: cluster.redis.port,
    nodes: cluster.nodes.map(({ name, address, pid, metrics }) => ({
      ...{ name, address, pid },
      metrics: metrics.href,
    })),
  };
}

function whenStopped(): Promise<'stopped'> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => resolve('stopped'));
    }
  });
}
