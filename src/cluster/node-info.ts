/** What a node says of itself with every renewal of its lease: absolute figures, so that nothing can drift. */
export interface NodeInfo {
  /** Colyseus' processId. New with every start of a process. */
  readonly nodeId: string;
  /** `host[:port][/path]` where clients reach it; null behind a gateway that knows the way. */
  readonly publicAddress: string | null;
  /** `host:port` of the port other nodes ask (never public). */
  readonly peerAddress: string;
  /** `host:port` of its game port as other nodes reach it, for sockets that arrive at the wrong node. */
  readonly internalAddress: string;
  /** What it does for the others of its region. Absent: of an older build, which does all of it. */
  readonly services?: readonly RegionService[];
  /** `host:port` where matchmaking asks it for rooms over gRPC; absent: it does not, or has no rooms. */
  readonly rpcAddress?: string;
  /** Build of the game, for people and placement: a room moves to equal builds only when its state demands it. */
  readonly build: string;
  readonly startedAtMs: number;
  /** It takes no new rooms and no new players. */
  readonly isDraining: boolean;
  /** It is so only until it is released, and its rooms stay. Absent: of an older build, or it is not. */
  readonly isQuarantined?: boolean;
  readonly load: NodeLoad;
  /** How its players' links are, by name of the room. Absent: of an older build. */
  readonly links?: readonly RoomLinks[];
}

/** The links of all players of a node who are in rooms of one name, as the node measures them. */
export interface RoomLinks {
  readonly roomName: string;
  /** Who has answered a ping; the others are in none of these figures. */
  readonly players: number;
  /** Median over players of their median round trip, ms. */
  readonly rttP50Ms: number;
  readonly rttP95Ms: number;
  /** Players at each quality level, the best first. */
  readonly levels: readonly number[];
  /** Bytes handed to the sockets of all of them in a second. */
  readonly sentBytesPerSecond: number;
}

/** `game`: it has rooms. `matchmaking`: it matches queues. */
export type RegionService = 'game' | 'matchmaking';

/** Whether a node does it. */
export function runsService(
  { services }: Pick<NodeInfo, 'services'>,
  service: RegionService,
): boolean {
  return services === undefined || services.includes(service);
}

export interface NodeLoad {
  readonly rooms: number;
  /** Seats taken, reserved ones included. */
  readonly seats: number;
  /** Event-loop lag of the last seconds, p99, ms. */
  readonly loopLagMs: number;
  /** Share of the last seconds spent in room steps and flushes, 0–1. */
  readonly tickUse: number;
  /** Share of a core used by the process in the last seconds, 0–1 (more with threads). */
  readonly cpuUse: number;
}

export const IDLE_LOAD: NodeLoad = { rooms: 0, seats: 0, loopLagMs: 0, tickUse: 0, cpuUse: 0 };
