import type { AuthContext, IRoomCache } from '@colyseus/core';
import { z } from 'zod';
import { GameError } from '../errors/game-error.ts';
import { inSpan, SpanKind } from '../telemetry/tracing.ts';
import type { NodeCalls } from './node-calls.ts';
import type { NodeRegistry } from './node-lease.ts';

// What nodes ask each other for their players: make a room, reserve a seat, look for a held seat. The node itself is asked the same
// way, without a wire.

/** Rooms of this process, as joins need them. What it throws is a `GameError`. */
export interface SeatHost {
  /** Runs the static `onAuth` of the class. @returns what becomes `client.auth` */
  authenticate(roomName: string, options: JoinOptions, context: AuthContext): Promise<unknown>;
  /** The options that the class filters by. */
  filterOf(roomName: string, options: JoinOptions): Readonly<Record<string, unknown>>;
  /** Makes a room; the listing is another node's when that was faster under the same id. */
  create(roomName: string, options: JoinOptions, roomId: string): Promise<IRoomCache>;
  /** The listing of a room that lives in this process and takes players. */
  find(roomId: string): IRoomCache | undefined;
  /** Reserves a seat. @returns false when the room is full, or its node takes no players */
  reserve(seat: SeatRequest): Promise<boolean>;
  /** The session that holds the token; null when it has expired. */
  heldSession(roomId: string, reconnectionToken: string): string | null;
}

export type JoinOptions = Readonly<Record<string, unknown>>;

export interface SeatRequest {
  readonly roomId: string;
  readonly sessionId: string;
  readonly options: JoinOptions;
  readonly auth?: unknown;
}

/** A node that takes longer to reserve a seat is left out of the join. */
const RESERVE_TIMEOUT_MS = 400;
/** The same for making a room; the next node makes it under the same id, so that a late answer makes no second one. */
const CREATE_TIMEOUT_MS = 1_000;
/** What a node says, or is said of it, that takes no players any more. */
const ABSENCES = ['NODE_UNREACHABLE', 'NODE_UNKNOWN', 'NOT_FOUND', 'SHUTTING_DOWN', 'LEASE_LOST'];

const Options = z.record(z.string(), z.unknown());
const CreateCall = z.object({ roomName: z.string(), options: Options, roomId: z.string() });
const ReserveCall = z.object({
  roomId: z.string(),
  sessionId: z.string(),
  options: Options,
  auth: z.unknown().optional(),
});
const ReconnectCall = z.object({ roomId: z.string(), reconnectionToken: z.string() });

const Listing = z.looseObject({ roomId: z.string(), name: z.string(), processId: z.string() });
const Reserved = z.enum(['reserved', 'full', 'gone']);
const Held = z.union([z.object({ sessionId: z.string().nullable() }), z.literal('gone')]);

/** What became of calls, by the build of the node that was asked. */
export interface SeatCallMetrics {
  /** @param outcome - `ok`, or why not */
  seatCallEnded(call: 'create' | 'reserve', build: string, outcome: string): void;
}

export interface SeatCallsDeps {
  readonly nodeId: string;
  readonly host: SeatHost;
  readonly calls: NodeCalls;
  readonly registry: Pick<NodeRegistry, 'nodes'>;
  readonly metrics: SeatCallMetrics;
}
/** What each call is in a trace. */
const SPAN_NAMES = {
  'create-room': 'room.create',
  'reserve-seat': 'seat.reserve',
  'check-reconnection': 'seat.check',
} as const;

/** The node does not answer, or takes no players any more. */
type Unreachable = 'unreachable';

export class SeatCalls {
  readonly #nodeId: string;
  readonly #calls: NodeCalls;
  readonly #registry: Pick<NodeRegistry, 'nodes'>;
  readonly #metrics: SeatCallMetrics;

  constructor({ nodeId, host, calls, registry, metrics }: SeatCallsDeps) {
    this.#registry = registry;
    this.#metrics = metrics;
    this.#nodeId = nodeId;
    this.#calls = calls;
    calls.handle('create-room', (payload) => {
      const { roomName, options, roomId } = CreateCall.parse(payload);
      return host.create(roomName, options, roomId);
    });
    calls.handle('reserve-seat', async (payload): Promise<z.infer<typeof Reserved>> => {
      const seat = ReserveCall.parse(payload);
      if (host.find(seat.roomId) === undefined) return 'gone';
      return (await host.reserve(seat)) ? 'reserved' : 'full';
    });
    calls.handle('check-reconnection', (payload): z.infer<typeof Held> => {
      const { roomId, reconnectionToken } = ReconnectCall.parse(payload);
      if (host.find(roomId) === undefined) return 'gone';
      return { sessionId: host.heldSession(roomId, reconnectionToken) };
    });
  }

  async create(
    nodeId: string,
    room: { readonly roomName: string; readonly options: JoinOptions; readonly roomId: string },
  ): Promise<IRoomCache | Unreachable> {
    return await this.#counted('create', nodeId, async () => {
      const made = await this.#call(nodeId, 'create-room', room, CREATE_TIMEOUT_MS);
      return made === 'unreachable' ? made : (Listing.parse(made) as unknown as IRoomCache);
    });
  }

  async reserve(
    { processId }: IRoomCache,
    seat: SeatRequest,
  ): Promise<'reserved' | 'full' | 'gone' | Unreachable> {
    return await this.#counted('reserve', processId, async () => {
      const outcome = await this.#call(processId, 'reserve-seat', seat, RESERVE_TIMEOUT_MS);
      return outcome === 'unreachable' ? outcome : Reserved.parse(outcome);
    });
  }

  /** @returns the session that holds the token, null when it has expired */
  async heldSession(
    { processId, roomId }: IRoomCache,
    reconnectionToken: string,
  ): Promise<{ readonly sessionId: string | null } | 'gone' | Unreachable> {
    const call = { roomId, reconnectionToken };
    const held = await this.#call(processId, 'check-reconnection', call, RESERVE_TIMEOUT_MS);
    return held === 'unreachable' ? held : Held.parse(held);
  }

  async #counted<Answer extends object | string>(
    call: 'create' | 'reserve',
    nodeId: string,
    ask: () => Promise<Answer>,
  ): Promise<Answer> {
    const build = this.#registry.nodes.find((node) => node.nodeId === nodeId)?.build ?? '';
    try {
      const answer = await ask();
      const isGood = typeof answer !== 'string' || answer === 'reserved';
      this.#metrics.seatCallEnded(call, build, isGood ? 'ok' : answer);
      return answer;
    } catch (error) {
      const outcome = error instanceof GameError ? error.code : 'INTERNAL';
      this.#metrics.seatCallEnded(call, build, outcome);
      throw error;
    }
  }

  async #call(
    nodeId: string,
    method: keyof typeof SPAN_NAMES,
    payload: object,
    timeoutMs: number,
  ): Promise<unknown> {
    try {
      const spec = {
        ...{ name: SPAN_NAMES[method], kind: SpanKind.CLIENT },
        facts: { 'meridian.node': nodeId },
      };
      return await inSpan(spec, () => this.#calls.request(nodeId, method, payload, { timeoutMs }));
    } catch (error) {
      const isAbsent = error instanceof GameError && ABSENCES.includes(error.code);
      // This node has nobody to pass the player on to.
      if (isAbsent && nodeId !== this.#nodeId) return 'unreachable';
      throw error;
    }
  }
}
