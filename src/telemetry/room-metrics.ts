import type { ClientLinkMetrics } from './client-link-metrics.ts';

/** Why a client was disconnected by the room base; bounded, so it may be a label. */
export type EvictionReason =
  | 'bad-frame'
  | 'rate-limited'
  | 'too-slow'
  | 'room-failed'
  | 'signed-out'
  | 'banned';

/** What rooms count. `room` is always the room's name (`arena`), never its id. */
export interface RoomMetrics {
  /** How the links of clients are. */
  readonly clientLinks: ClientLinkMetrics;
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
  evicted(room: string, reason: EvictionReason): void;
  /** An exception of the game's code, contained. `where`: the hook's name. */
  faultContained(room: string, where: string): void;
}
