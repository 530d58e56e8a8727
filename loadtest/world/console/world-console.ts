import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type RequestHandler } from 'express';
import { createAuditLog } from '../../../src/admin/audit-log.ts';
import { MemoryAuditStore } from '../../../src/admin/audit-store-memory.ts';
import {
  type ConsoleSource,
  consolePages,
  consoleRouter,
} from '../../../src/admin/console-router.ts';
import { incidentRouter } from '../../../src/admin/incidents/incident-routes.ts';
import { admitAs, ownHeaderOnly } from '../../../src/admin/operator-access.ts';
import { telemetryRoutes } from '../../../src/admin/telemetry-routes.ts';
import { GameError } from '../../../src/errors/game-error.ts';
import type {
  ActionResult,
  OperatorAction,
  WorldNode,
  WorldView,
} from '../../../src/protocol/admin.ts';
import {
  type AnswerTo,
  MOST_ROWS,
  type OperatorQuestion,
} from '../../../src/protocol/operator-questions.ts';
import { SESSION_PATH } from '../../../src/protocol/operator-session.ts';
import { assertNever } from '../../../src/shared/assert-never.ts';
import { createLogger } from '../../../src/telemetry/logger.ts';
import { errorRenderer } from '../../../src/transport/http/error-renderer.ts';
import type { ClusterNode } from '../../cluster/cluster-node.ts';
import type { WorldCrew } from '../bots/world-crew.ts';
import type { World } from '../world.ts';
import { WORLD_PLACES } from '../world-places.ts';
import { describeWorld, portOf } from './describe-world.ts';
import { WorldIncidents } from './world-incidents.ts';
import { WorldTelemetry } from './world-telemetry.ts';

/** How often a node of each region is asked. */
const LOOK_EVERY_MS = 1_000;
const PATIENCE_MS = 2_000;

export interface WorldConsoleParts {
  readonly world: World;
  readonly crew: WorldCrew;
}

/**
 * The console of a whole local world, at `http://127.0.0.1:<port>/admin/`: the page and the interface that nodes have on their admin
 * ports, over all five regions, with power over their processes and the ways between them.
 *
 * On loopback and without a password, as everything else of a local world; pages of other sites are kept out.
 */
export class WorldConsole implements AsyncDisposable {
  readonly #world: World;
  readonly #crew: WorldCrew;
  readonly #server: Server;
  readonly #timer: NodeJS.Timeout;
  readonly #entries = new MemoryAuditStore();
  #views: ReadonlyMap<string, WorldView> = new Map();
  #isLooking = false;

  /** @param port - 0 takes a free one */
  static async open(parts: WorldConsoleParts, port = 0): Promise<WorldConsole> {
    const worldConsole = new WorldConsole(parts);
    worldConsole.#server.listen(port, '127.0.0.1');
    await once(worldConsole.#server, 'listening');
    await worldConsole.#look();
    return worldConsole;
  }

  private constructor({ world, crew }: WorldConsoleParts) {
    this.#world = world;
    this.#crew = crew;
    const app = express();
    app.disable('x-powered-by');
    app.use(thisHostOnly());
    app.get('/', (_request, response) => response.redirect('/admin/'));
    const log = createLogger({ level: 'silent' });
    const source: ConsoleSource = {
      view: async () => this.#view(),
      ask: (question) => this.#ask(question),
      act: (action) => this.#act(action),
    };
    const audit = createAuditLog({ store: this.#entries, log });
    const you = { name: 'you', role: 'admin' } as const;
    const incidents = incidentRouter({ desk: new WorldIncidents(world), audit });
    app.get(SESSION_PATH, (_request, response) => response.json({ ...you, expiresAtMs: null }));
    app.use(
      admitAs(you),
      consoleRouter({ source, audit }),
      telemetryRoutes(new WorldTelemetry(world)),
      consolePages(async () => true),
    );
    app.post('/admin/v1/incidents/:incidentId/:answer', ownHeaderOnly);
    app.use('/admin/v1/incidents', incidents);
    app.use(errorRenderer({ log }));
    this.#server = createServer(app);
    this.#timer = setInterval(() => void this.#look(), LOOK_EVERY_MS);
  }

  /** Address of the page. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/admin/`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  #view(): WorldView {
    const { regions, wan } = this.#world;
    return describeWorld({
      atMs: Date.now(),
      places: WORLD_PLACES,
      views: this.#views,
      nodes: [...regions].flatMap(([regionId, { cluster }]) =>
        cluster.nodes.map(({ name, port, isRunning }) => ({ regionId, name, port, isRunning })),
      ),
      blackHoles: wan.blackHoles,
      isCut: (one, other) => wan.isCut(one, other),
      bots: this.#crew.tally,
      routes: this.#crew.routes,
    });
  }

  /** Asks one running node of each region, one after the other until one answers. */
  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    const views = await Promise.all(
      [...this.#world.regions].map(async ([regionId, { cluster }]) => {
        const view = await firstView(cluster.running);
        return view === null ? [] : [[regionId, view] as const];
      }),
    );
    this.#views = new Map(views.flat());
    this.#isLooking = false;
    this.#tellCrew();
  }

  /** Where bots may go: what players would learn from probes and reports. */
  #tellCrew(): void {
    const { regions, wan } = this.#world;
    this.#crew.tell(
      this.#view().regions.map(({ regionId, isOpen, isUnreachable, isBlackHole }) => ({
        regionId,
        isOpen: isOpen === true && !isUnreachable && !isBlackHole,
        isBlackHole: wan.blackHoles.has(regionId),
        ports: regions.get(regionId)?.cluster.running.map(({ port }) => port) ?? [],
      })),
    );
  }

  /** By a running node of the region: it knows what the world's process does not. */
  async #ask<Question extends OperatorQuestion>(question: Question): Promise<AnswerTo<Question>> {
    if (question.question === 'world') return this.#view() as AnswerTo<Question>;
    if (question.question === 'audit') {
      return { entries: await this.#entries.latest(MOST_ROWS) } as unknown as AnswerTo<Question>;
    }
    const node = this.#nodeOf(question.regionId);
    return (await node.ask(question).catch(refused)) as AnswerTo<Question>;
  }

  /** @throws {GameError} `NODE_UNREACHABLE` */
  #nodeOf(regionId: string): ClusterNode {
    const [node] = this.#world.regions.get(regionId)?.cluster.running ?? [];
    if (node !== undefined) return node;
    const reason = `no node of ${regionId} runs`;
    throw new GameError('NODE_UNREACHABLE', { regionId, reason });
  }

  async #act(action: OperatorAction): Promise<ActionResult> {
    try {
      const done = await this.#do(action);
      this.#tellCrew();
      return { done };
    } catch (error) {
      throw toldToOperator(error);
    }
  }

  async #do(action: OperatorAction): Promise<string> {
    const { wan } = this.#world;
    switch (action.action) {
      case 'kill-node': {
        const { node, process } = this.#find(action.nodeId);
        await process.kill();
        return `killed node ${process.name} of ${node.regionId}`;
      }
      case 'drain-node': {
        const { node, process } = this.#find(action.nodeId);
        const { movedRooms } = await process.drain(action.nodeId);
        return `drained node ${process.name} of ${node.regionId}: ${movedRooms} rooms moved`;
      }
      case 'quarantine-node':
      case 'release-node': {
        const { node } = this.#find(action.nodeId);
        return await this.#nodeOf(node.regionId).act(action).catch(refused);
      }
      case 'start-node': {
        const { name } = await this.#world.startNode(action.regionId);
        return `started node ${name} of ${action.regionId}`;
      }
      case 'cut-link':
        wan.cutLink(...action.between);
        return `cut the link ${action.between.join(' – ')}`;
      case 'heal-link':
        wan.healLink(...action.between);
        return `healed the link ${action.between.join(' – ')}`;
      case 'black-hole':
        wan.blackHole(action.regionId);
        return `${action.regionId} is in a black hole`;
      case 'heal-region':
        wan.healRegion(action.regionId);
        return `${action.regionId} is back from its black hole`;
      case 'bots':
        this.#crew.want(action.count);
        return `${action.count} bots shall play`;
      case 'close-region':
      case 'open-region':
      case 'shed-tickets':
      case 'take-tickets':
      case 'evacuate-region':
      case 'return-region':
      case 'kick-client':
      case 'move-room':
      case 'close-room':
      case 'kick-player':
        return await this.#nodeOf(action.regionId).act(action).catch(refused);
      case 'ban-player':
      case 'lift-ban':
      case 'sign-out-player':
        throw new GameError('BAD_REQUEST', { reason: 'bots are not banned' });
      default:
        return assertNever(action);
    }
  }

  /** @throws {GameError} `NODE_UNKNOWN` */
  #find(nodeId: string): { readonly node: WorldNode; readonly process: ClusterNode } {
    const node = this.#view().nodes.find((each) => each.nodeId === nodeId);
    const process = [...this.#world.regions.values()]
      .flatMap(({ cluster }) => cluster.running)
      .find(({ port }) => node !== undefined && port === portOf(node.address));
    if (node === undefined || process === undefined)
      throw new GameError('NODE_UNKNOWN', { nodeId });
    return { node, process };
  }
}

/** A region that is none of the five, or a link of a region to itself, is the operator's mistake. */
function toldToOperator(error: unknown): unknown {
  if (!(error instanceof RangeError)) return error;
  return new GameError('BAD_REQUEST', { reason: error.message }, { cause: error });
}

/** What a node has against it, in its own words. */
function refused(cause: unknown): never {
  const reason = cause instanceof Error ? cause.message.slice(0, 300) : 'it does not answer';
  throw new GameError('BAD_REQUEST', { reason }, { cause });
}

async function firstView(nodes: readonly ClusterNode[]): Promise<WorldView | null> {
  for (const node of nodes) {
    try {
      return await node.worldView({ timeoutMs: PATIENCE_MS });
    } catch {
      // Killed a moment ago, or too busy: another one knows as much.
    }
  }
  return null;
}

/** Another site's page can make its own name lead here; the browser still says that name. */
function thisHostOnly(): RequestHandler {
  return (request, response, next) => {
    const site = request.get('sec-fetch-site') ?? 'none';
    const isOurs = ['127.0.0.1', 'localhost', '[::1]'].includes(
      (request.get('host') ?? '').replace(/:\d+$/, ''),
    );
    if (isOurs && ['same-origin', 'none'].includes(site)) next();
    else response.status(403).type('text').send('Requests from other sites are refused.\n');
  };
}
