// What the conductor and its workers tell each other: JSON lines as in the bench (see machine/line-process.ts).
//
//   conductor ─▶ worker: stop (leave the rooms, then say `done`) · quit
//   worker ─▶ conductor: a `second` each second, `joined` once every join was tried, `done`

import type { ScenarioName } from '../scenarios/scenario.ts';

/** How a worker is started: JSON in its first argument. */
export interface WorkerSetup {
  readonly endpoint: string;
  readonly roomName: string;
  readonly scenario: ScenarioName;
  /** Bots of this worker and the number of its first; bots are numbered through all workers. */
  readonly bots: number;
  readonly firstBot: number;
  readonly joinsPerSecond: number;
  /** Every n-th bot decodes the state. */
  readonly decodeEvery: number;
  readonly seed: number;
}

/** Durations in whole µs, in HDR histograms as compressed base64. */
export interface EncodedHistograms {
  readonly join: string;
  readonly action: string;
  readonly patchInterval: string;
  readonly rtt: string;
}

/** Everything that happened in a worker in one second. */
export interface WorkerSecond {
  /** Bots in their rooms at its end. */
  readonly playing: number;
  readonly receivedBytes: number;
  readonly patches: number;
  /** Inputs and messages sent. */
  readonly actions: number;
  /** Joins that ended, by `OK` or the code of the refusal. */
  readonly joins: Readonly<Record<string, number>>;
  /** Connections that ended without the bot's wish, by close code. */
  readonly closes: Readonly<Record<string, number>>;
  /** Faults on the bots' side, by kind: undecodable frames, blocked sends. */
  readonly faults: Readonly<Record<string, number>>;
  readonly histograms: EncodedHistograms;
  /** The worker's own CPU, percent of a core, and how late its timers were at worst, ms. */
  readonly cpuPercent: number;
  readonly worstLateMs: number;
}

export type WorkerReport =
  | ({ readonly kind: 'second' } & WorkerSecond)
  | { readonly kind: 'joined' }
  | { readonly kind: 'done' };
