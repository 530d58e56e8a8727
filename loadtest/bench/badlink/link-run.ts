import { join } from 'node:path';
import { LineProcess } from '../../machine/line-process.ts';
import { pinned, type Runtimes } from '../../machine/runtimes.ts';
import { mulberry32 } from '../../scenarios/random.ts';
import { readTcpTrace, TraceDelay } from '../../wan/tcp-trace.ts';
import { type PathFault, WanLink } from '../../wan/wan-link.ts';
import type { GameSetup } from './badlink-game.ts';
import type { LinkProfile } from './link-profiles.ts';
import type {
  Contender,
  PlayersJudgement,
  PlayersReport,
  PlayersSetup,
  ServerReport,
} from './wire.ts';

/** One contender over one kind of link. */
export interface LinkRun {
  readonly kind: 'link';
  readonly contender: Contender;
  readonly profile: LinkProfile['name'];
  readonly players: number;
  readonly judged: Omit<PlayersJudgement, 'kind'>;
  readonly starvedRatio: number;
  readonly tickP95Ms: number;
  readonly downBytesPerPlayerPerS: number;
  readonly upBytesPerPlayerPerS: number;
}

export interface LinkDurations {
  readonly warmUpMs: number;
  readonly windowMs: number;
}

export interface Machine {
  readonly projectRoot: string;
  readonly runtimes: Runtimes;
}

const SERVER_CORE = 0;
const PLAYERS_CORE = 1;
const HERE = import.meta.dirname;
const JOIN_WITHIN_MS = 60_000;
/** Play before the link goes down. */
const BEFORE_OUTAGE_MS = 3_000;
/** Between the starting points of two players in the recorded connection: none meets the same weather at the same time. */
const TRACE_APART_MS = 13_700;

type Of<R extends { kind: string }, K extends R['kind']> = Extract<R, { kind: K }>;

/** Plays one contender over one kind of link, and judges what its players saw. */
export async function playOverLink(
  machine: Machine,
  contender: Contender,
  profile: LinkProfile,
  game: GameSetup & { readonly players: number },
  { warmUpMs, windowMs }: LinkDurations,
): Promise<LinkRun> {
  await using server = startServer(machine, contender, game);
  const { port } = expectKind(await server.line.next(30_000), 'ready');
  let fault: PathFault = 'none';
  await using links = await openLinks(port, profile, game, () => fault);
  await using players = startPlayers(machine, {
    ...{ contender, movers: game.movers, seed: game.seed },
    endpoints: links.all.map(({ url }) => url),
  });
  expectKind(await players.line.next(JOIN_WITHIN_MS), 'ready');
  await sleep(warmUpMs);
  const before = links.traffic;
  const startedAtMs = performance.now();
  expectKind(await server.line.ask('start'), 'started');
  expectKind(await players.line.ask('start'), 'started');
  if (profile.outageMs !== undefined) {
    await sleep(BEFORE_OUTAGE_MS);
    fault = 'black-hole';
    await sleep(profile.outageMs);
    fault = 'none';
    players.line.tell('healed');
  }
  await sleep(windowMs);
  expectKind(await players.line.ask('stop'), 'stopped');
  const window = expectKind(await server.line.ask('stop'), 'window');
  const seconds = (performance.now() - startedAtMs) / 1_000;
  const after = links.traffic;
  const judgement = await players.line.ask(`judge ${JSON.stringify(window.timeline)}`);
  const { kind: _judged, ...judged } = expectKind(judgement, 'judged');
  const perPlayerPerS = (bytes: number) => Math.round(bytes / game.players / seconds);
  return {
    kind: 'link',
    contender,
    profile: profile.name,
    players: game.players,
    judged,
    starvedRatio: window.starvedSteps / window.playerSteps,
    tickP95Ms: window.tickMs.p95,
    downBytesPerPlayerPerS: perPlayerPerS(after.downBytes - before.downBytes),
    upBytesPerPlayerPerS: perPlayerPerS(after.upBytes - before.upBytes),
  };
}

function startServer({ projectRoot, runtimes }: Machine, contender: Contender, game: GameSetup) {
  const started = pinned(runtimes, SERVER_CORE, runtimes.node, [
    ...['--conditions=meridian-source', '--expose-gc'],
    ...[join(HERE, 'servers', `${contender}.ts`), JSON.stringify(game)],
  ]);
  const line = new LineProcess<ServerReport>({ name: contender, ...started, cwd: projectRoot });
  return { line, [Symbol.asyncDispose]: () => line.quit() };
}

function startPlayers({ projectRoot, runtimes }: Machine, setup: PlayersSetup) {
  const started = pinned(runtimes, PLAYERS_CORE, runtimes.node, [
    ...['--conditions=meridian-source'],
    ...[join(HERE, 'players', 'main.ts'), JSON.stringify(setup)],
  ]);
  const line = new LineProcess<PlayersReport>({ name: 'players', ...started, cwd: projectRoot });
  return { line, [Symbol.asyncDispose]: () => line.quit() };
}

/** A link for each player, each with its own luck; that luck is the same for every contender. */
async function openLinks(
  port: number,
  profile: LinkProfile,
  { players, seed }: { readonly players: number; readonly seed: number },
  fault: () => PathFault,
) {
  const trace = profile.trace === undefined ? null : readTcpTrace(profile.trace);
  const all = await Promise.all(
    Array.from({ length: players }, (_, index) => {
      let ways = 0;
      return WanLink.open(
        { host: '127.0.0.1', port },
        () => ({ profile: profile.path, fault: fault() }),
        {
          random: mulberry32(seed * 100 + index),
          backsOff: true,
          ...(trace !== null && {
            arrivals: () => new TraceDelay(trace, (2 * index + (ways++ % 2)) * TRACE_APART_MS),
          }),
        },
      );
    }),
  );
  return {
    all,
    get traffic() {
      const each = all.map(({ traffic }) => traffic);
      return {
        upBytes: each.reduce((sum, { upBytes }) => sum + upBytes, 0),
        downBytes: each.reduce((sum, { downBytes }) => sum + downBytes, 0),
      };
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(all.map((link) => link[Symbol.asyncDispose]()));
    },
  };
}

/** @throws {Error} when a process answered something else, e.g. why it failed */
function expectKind<R extends { kind: string }, K extends R['kind']>(report: R, kind: K): Of<R, K> {
  if (report.kind !== kind) throw new Error(`expected "${kind}", got ${JSON.stringify(report)}`);
  return report as Of<R, K>;
}

function sleep(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
