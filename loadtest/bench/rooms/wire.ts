// What the load generator, the servers and the runner tell each other: one JSON object per line on stdout, marked with
// `@`; one command per line on stdin.
//
//   runner ─▶ server:    start · stop · mem · idle-rooms <n> · quit
//   runner ─▶ generator: start · stop · quit

import type { Summary } from '../../statistics/summary.ts';

/** How a server script is started: JSON in its first argument. */
export interface ServerSetup {
  readonly playersPerRoom: number;
  /** How rooms of Colyseus contenders work. */
  readonly mode?: ColyseusMode;
  /** Of Meridian's rooms, and the Redis that keeps their journals; without them the node is alone. */
  readonly durability?: 'none' | 'journal';
  readonly redisUri?: string;
}

/**
 * - `input`: `defineInput` and a fixed timestep, patch at the end of the step
 * - `plain`: `onMessage`, patch at the end of the step
 * - `default`: `onMessage`, Colyseus' two timers as they come
 */
export type ColyseusMode = 'input' | 'plain' | 'default';

export type ServerReport =
  | { readonly kind: 'ready'; readonly port: number; readonly runtime: string }
  | { readonly kind: 'started' }
  | ({ readonly kind: 'window' } & ServerWindow)
  | { readonly kind: 'memory'; readonly memory: Memory }
  | { readonly kind: 'idle-rooms'; readonly rooms: number };

/** What a server measured of itself between `start` and `stop`. */
export interface ServerWindow {
  readonly wallMs: number;
  /** Of one core; above 100 when helper threads (garbage collector, compiler) run beside the main one. */
  readonly cpuPercent: number;
  readonly userPercent: number;
  readonly systemPercent: number;
  /** How late a 10 ms timer fired, ms. */
  readonly loopLagMs: Summary;
  /** Simulating, encoding and sending one room's tick, ms. */
  readonly tickMs: Summary;
  /** The same in CPU of the thread: what others do on the machine is not in it. Of servers that tell where a tick begins. */
  readonly tickCpuMs: Summary;
  readonly gcPercent: number;
  readonly memory: Memory;
}

export interface Memory {
  readonly rssBytes: number;
  readonly heapUsedBytes: number;
  /** Outside the JavaScript heap: buffers. */
  readonly externalBytes: number;
}

/** How the load generator is started: JSON in its first argument. */
export interface LoadSetup {
  readonly host: string;
  readonly port: number;
  readonly protocol: LoadProtocol;
  readonly players: number;
  readonly playersPerRoom: number;
  /** Players that decode what they receive and measure latency. */
  readonly probes: number;
  /** Joins in flight at once. */
  readonly joinConcurrency: number;
  /** 0: players stay silent. */
  readonly inputRateHz: number;
  /** Room class of the Colyseus contenders. */
  readonly roomName: string;
  /** Probes also measure how old what they see of others is; those up to `nearM` away apart from the others. */
  readonly ages?: { readonly nearM: number };
}

export type LoadProtocol = 'colyseus-input' | 'colyseus-message' | 'socketio' | 'packed';

export type LoadReport =
  | { readonly kind: 'ready'; readonly players: number; readonly joinMs: number }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'started' }
  | ({ readonly kind: 'window' } & LoadWindow);

/** What the players saw between `start` and `stop`. */
export interface LoadWindow {
  readonly wallMs: number;
  readonly players: number;
  /** Input sent → its number seen in the received state, by the probes, ms. */
  readonly actionMs: Summary;
  /** WebSocket payload per player and second. */
  readonly bytesPerPlayerPerSecond: number;
  readonly patchesPerPlayerPerSecond: number;
  /** The worst player's. */
  readonly minPatchesPerSecond: number;
  readonly inputsPerSecond: number;
  /** Inputs not sent because the server had not read the previous ones. */
  readonly blockedInputs: number;
  /** Connections lost since they were made. */
  readonly dropped: number;
  /** Frames a probe could not make sense of, and acks of inputs never sent. */
  readonly faults: number;
  /** Entities in a probe's state, on average: proof that rooms were full. */
  readonly entitiesSeen: number;
  /** Since when what probes see of others is not true any more, ms; empty where it was not asked for. */
  readonly ageMs: { readonly near: Summary; readonly far: Summary };
  /** The generator's own health: when it is late, its latencies are too. */
  readonly sendLateMs: Summary;
  readonly cpuPercent: number;
}
