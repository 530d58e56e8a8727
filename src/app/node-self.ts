import type { Room } from '@colyseus/core';
import type { ColyseusNode } from '../cluster/colyseus-adapter.ts';
import type { LoadMeter } from '../cluster/load-meter.ts';
import type { NodeInfo, RegionService, RoomLinks } from '../cluster/node-info.ts';
import type { NodeLease } from '../cluster/node-lease.ts';
import type { MeridianConfig } from '../config/config.ts';
import { advertisedHost, rpcHost, runningIn } from '../config/placement.ts';
import { systemClock } from '../shared/clock.ts';
import { hostPort } from '../shared/host-port.ts';
import { surveyLinks } from './survey-links.ts';

/** Looking at every player costs more than the rest: they are measured once a second anyway. */
const SURVEY_EVERY_MS = 1_000;
/** How often a node tells the others how busy it is. */
const PUBLISH_EVERY_MS = 500;

/** What this node says of itself, and whether it takes rooms. */
export class NodeSelf {
  readonly #config: MeridianConfig;
  readonly #node: Pick<ColyseusNode, 'processId' | 'rooms'>;
  readonly #load: LoadMeter;
  readonly #startedAtMs = systemClock.wallMs();
  /** Known once the lease's thread listens. */
  #peerAddress = '';
  /** 0 until players can come. */
  #gamePort = 0;
  readonly #services: readonly RegionService[];
  /** Empty: nobody calls. */
  #rpcAddress = '';
  #links: readonly RoomLinks[] = [];
  #surveyedAtMs = Number.NEGATIVE_INFINITY;
  #isDraining = false;
  #isQuarantined = false;
  #lease: NodeLease | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    config: MeridianConfig,
    node: Pick<ColyseusNode, 'processId' | 'rooms'>,
    load: LoadMeter,
  ) {
    this.#config = config;
    this.#node = node;
    this.#load = load;
    this.#services = servicesOf(config);
  }

  get isDraining(): boolean {
    return this.#isDraining;
  }

  get takesRooms(): boolean {
    return !this.#isDraining && !this.#isQuarantined && this.#gamePort !== 0;
  }

  /** Whether players who have no seat here may get one. A draining node ends anyway, and its rooms go on elsewhere. */
  get takesSeats(): boolean {
    return !this.#isQuarantined;
  }

  /** Matchmaking may ask it for rooms. @param port - of gRPC */
  answersCallsOn(port: number): void {
    this.#rpcAddress = hostPort(rpcHost(this.#config), port);
  }

  /** @param peerAddress - `host:port` where other nodes ask this one */
  describeAt(peerAddress: string): NodeInfo {
    this.#peerAddress = peerAddress;
    return this.describe();
  }

  describe(): NodeInfo {
    const { http, cluster } = this.#config;
    const rooms = [...this.#node.rooms];
    const seats = rooms.reduce((sum, room) => sum + room.clients.length, 0);
    return {
      nodeId: this.#node.processId,
      // Players have no business where there are no rooms.
      publicAddress:
        http.publicAddress === '' || !this.#services.includes('game') ? null : http.publicAddress,
      peerAddress: this.#peerAddress,
      internalAddress: hostPort(advertisedHost(cluster) ?? '', this.#gamePort),
      services: this.#services,
      ...(this.#rpcAddress === '' ? {} : { rpcAddress: this.#rpcAddress }),
      build: cluster.build,
      startedAtMs: this.#startedAtMs,
      isDraining: !this.takesRooms,
      isQuarantined: this.#isQuarantined,
      load: this.#load.load({ rooms: rooms.length, seats }),
      links: this.#survey(rooms),
    };
  }

  #survey(rooms: readonly Room[]): readonly RoomLinks[] {
    const nowMs = systemClock.monotonicMs();
    if (nowMs - this.#surveyedAtMs >= SURVEY_EVERY_MS) {
      this.#surveyedAtMs = nowMs;
      this.#links = surveyLinks(rooms);
    }
    return this.#links;
  }

  /** Players can come: from now on the region is told how this node does. */
  listensOn(gamePort: number, lease: NodeLease): void {
    this.#gamePort = gamePort;
    this.#lease = lease;
    this.#timer = setInterval(() => this.#publish(), PUBLISH_EVERY_MS).unref();
    this.#publish();
  }

  stopTakingRooms(): void {
    this.#isDraining = true;
    this.#publish();
  }

  /** No new rooms and no new seats, or both again; rooms and their players stay. */
  quarantine(isQuarantined: boolean): void {
    this.#isQuarantined = isQuarantined;
    this.#publish();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #publish(): void {
    this.#lease?.publish(this.describe());
  }
}

function servicesOf(config: MeridianConfig): readonly RegionService[] {
  const running = runningIn(config);
  return (['game', 'matchmaking'] as const).filter((service) => running.has(service));
}
