import type { ClientLinkMetrics } from './client-link-metrics.ts';
import type { FlowMetrics } from './flow-metrics.ts';
import type { JoinMetrics } from './join-metrics.ts';

/** Why a client was disconnected by the room base; bounded, so it may be a label. */
export const EVICTION_REASONS = [
  'bad-frame',
  'rate-limited',
  'too-slow',
  /** Nothing came from it any more; it is told nothing, for it does not read either. */
  'silent',
  'room-failed',
  'signed-out',
  'banned',
  'removed',
] as const;

export type EvictionReason = (typeof EVICTION_REASONS)[number];

/** How well inputs came for the steps of a room. */
export interface PacedInputFigures {
  readonly inputs: number;
  /** Steps of players that had no input because it came too late. */
  readonly starvedSteps: number;
  /** Time that inputs waited for their steps, all together, ms. */
  readonly waitedMs: number;
}

/** What rooms count. `room` is always the room's name (`arena`), never its id. */
export interface RoomMetrics {
  /** How the links of clients are. */
  readonly clientLinks: ClientLinkMetrics;
  /** How long players wait for a room. */
  readonly joins: JoinMetrics;
  /** What the flow to clients does. */
  readonly flow: FlowMetrics;
  roomCreated(room: string): void;
  roomDisposed(room: string): void;
  clientJoined(room: string): void;
  clientLeft(room: string): void;
  /** One fixed step or timestep with its flush. @param seconds - time spent */
  tickRan(room: string, seconds: number): void;
  /** Steps dropped because the room could not keep up. */
  stepsSkipped(room: string, count: number): void;
  /** Bytes of state handed to sockets in one flush, all clients together. */
  patchSent(room: string, bytes: number): void;
  /** A client got no patch because its socket had not drained. */
  sendGateSkipped(room: string, count: number): void;
  /** A gated client drained and got the full state. */
  resynced(room: string): void;
  /** Inputs beyond what time allows, acknowledged but not applied. */
  inputsOverBudget(room: string, count: number): void;
  /** Inputs of about a second that rooms gave to their steps. */
  inputsPaced(room: string, paced: PacedInputFigures): void;
  evicted(room: string, reason: EvictionReason): void;
  /** An exception of the game's code, contained. `where`: the hook's name. */
  faultContained(room: string, where: string): void;
}
