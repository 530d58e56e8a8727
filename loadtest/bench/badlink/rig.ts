import { join } from 'node:path';
import { LineProcess } from '../../machine/line-process.ts';
import { pinned, type Runtimes } from '../../machine/runtimes.ts';
import { mulberry32 } from '../../scenarios/random.ts';
import { readTcpTrace, TraceDelay } from '../../wan/tcp-trace.ts';
import { type Path, WanLink } from '../../wan/wan-link.ts';
import type { GameSetup } from './badlink-game.ts';
import type { LinkProfile } from './link-profiles.ts';
import type { Contender, PlayersReport, ServerReport } from './wire.ts';

// A server, its players, and between them a link for each player:
//
//   server (core 0) ◀── link of player 1 ──▶ ┐
//                   ◀── link of player 2 ──▶ ├ players (core 1), 60 frames a second
//                   ◀── …                ──▶ ┘
//                        this process

export interface Machine {
  readonly projectRoot: string;
  readonly runtimes: Runtimes;
}

export interface RigSetup extends GameSetup {
  readonly players: number;
}

const SERVER_CORE = 0;
const PLAYERS_CORE = 1;
const HERE = import.meta.dirname;
const JOIN_WITHIN_MS = 60_000;
/** Between the starting points of two players in the recorded connection: none meets the same weather at the same time. */
const TRACE_APART_MS = 13_700;

type Of<R extends { kind: string }, K extends R['kind']> = Extract<R, { kind: K }>;

export class Rig implements AsyncDisposable {
  readonly server: LineProcess<ServerReport>;
  readonly players: LineProcess<PlayersReport>;
  readonly serverPort: number;
  readonly links: readonly WanLink[];
  readonly #closers: AsyncDisposableStack;

  private constructor(
    parts: Pick<Rig, 'server' | 'players' | 'serverPort' | 'links'>,
    closers: AsyncDisposableStack,
  ) {
    this.server = parts.server;
    this.players = parts.players;
    this.serverPort = parts.serverPort;
    this.links = parts.links;
    this.#closers = closers;
  }

  /**
   * Starts a contender and its players, and waits until all of them play.
   *
   * @param pathOf - of the n-th player's link, as it is now
   */
  static async open(
    machine: Machine,
    contender: Contender,
    profile: LinkProfile,
    setup: RigSetup,
    pathOf: (player: number) => Path,
  ): Promise<Rig> {
    await using closers = new AsyncDisposableStack();
    const server = closers.adopt(startServer(machine, contender, setup), (line) => line.quit());
    const { port } = expectKind(await server.next(30_000), 'ready');
    const links = await openLinks(port, profile, setup, pathOf);
    for (const link of links) closers.use(link);
    const endpoints = links.map(({ url }) => url);
    const { movers, seed } = setup;
    const players = closers.adopt(
      startProcess<PlayersReport>(machine, PLAYERS_CORE, 'players', join('players', 'main.ts'), {
        ...{ contender, endpoints, movers, seed },
      }),
      (line) => line.quit(),
    );
    expectKind(await players.next(JOIN_WITHIN_MS), 'ready');
    return new Rig({ server, players, serverPort: port, links }, closers.move());
  }

  /** What all links have carried. */
  get traffic(): { readonly upBytes: number; readonly downBytes: number } {
    const each = this.links.map(({ traffic }) => traffic);
    return {
      upBytes: each.reduce((sum, { upBytes }) => sum + upBytes, 0),
      downBytes: each.reduce((sum, { downBytes }) => sum + downBytes, 0),
    };
  }

  /** Both begin to take down what they see. */
  async start(): Promise<void> {
    expectKind(await this.server.ask('start'), 'started');
    expectKind(await this.players.ask('start'), 'started');
  }

  /** Both end it. */
  async stop() {
    expectKind(await this.players.ask('stop'), 'stopped');
    const { kind: _window, ...window } = expectKind(await this.server.ask('stop'), 'window');
    const judgement = await this.players.ask(`judge ${JSON.stringify(window.timeline)}`);
    const { kind: _judged, ...judged } = expectKind(judgement, 'judged');
    return { window, judged };
  }

  async memory() {
    const { kind: _memory, ...memory } = expectKind(await this.server.ask('memory'), 'memory');
    return memory;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#closers[Symbol.asyncDispose]();
  }
}

function startServer(machine: Machine, contender: Contender, setup: RigSetup) {
  const script = join('servers', `${contender}.ts`);
  return startProcess<ServerReport>(machine, SERVER_CORE, contender, script, setup);
}

function startProcess<Report>(
  { projectRoot, runtimes }: Machine,
  core: number,
  name: string,
  script: string,
  argument: object,
): LineProcess<Report> {
  const started = pinned(runtimes, core, runtimes.node, [
    ...['--conditions=meridian-source', '--expose-gc'],
    ...[join(HERE, script), JSON.stringify(argument)],
  ]);
  return new LineProcess<Report>({ name, ...started, cwd: projectRoot });
}

/** A link for each player, each with its own luck; that luck is the same for every contender. */
async function openLinks(
  port: number,
  profile: LinkProfile,
  { players, seed }: RigSetup,
  pathOf: (player: number) => Path,
): Promise<WanLink[]> {
  const trace = profile.trace === undefined ? null : readTcpTrace(profile.trace);
  return await Promise.all(
    Array.from({ length: players }, (_, player) => {
      let ways = 0;
      return WanLink.open({ host: '127.0.0.1', port }, () => pathOf(player), {
        random: mulberry32(seed * 100 + player),
        backsOff: true,
        ...(trace !== null && {
          arrivals: () => new TraceDelay(trace, (2 * player + (ways++ % 2)) * TRACE_APART_MS),
        }),
      });
    }),
  );
}

/** @throws {Error} when a process answered something else, e.g. why it failed */
export function expectKind<R extends { kind: string }, K extends R['kind']>(
  report: R,
  kind: K,
): Of<R, K> {
  if (report.kind !== kind) throw new Error(`expected "${kind}", got ${JSON.stringify(report)}`);
  return report as Of<R, K>;
}
