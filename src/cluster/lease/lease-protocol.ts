// What the main thread and the lease's thread say to each other over the worker's MessagePort; what must be known without
// waiting is in LeaseMemory. Types only.
//
//   main ──publish──▶ worker          main ◀──listening, renewed ──── worker    (start)
//   main ──release──▶ worker          main ◀──LeaseEvent, log ─────── worker    (life)
//                                     main ◀──released ────────────── worker    (end)

import type { NodeInfo } from '../node-info.ts';
import type { LeaseEvent } from './lease-keeper.ts';
import type { LeaseTimes } from './lease-rules.ts';

/** Handed to the worker as `workerData`. */
export interface LeaseWorkerOptions {
  readonly nodeId: string;
  readonly redisUri: string;
  readonly times: LeaseTimes;
  readonly hangMs: number;
  readonly peer: {
    readonly address: string;
    readonly port: number;
    readonly advertisedHost: string;
    readonly key: Uint8Array;
  };
  readonly memory: SharedArrayBuffer;
}

export type LeaseRequest =
  /** From the first of these on the lease is renewed. */
  { readonly kind: 'publish'; readonly info: NodeInfo } | { readonly kind: 'release' };

export type LeaseReport =
  | LeaseEvent
  | { readonly kind: 'listening'; readonly peerAddress: string }
  /** `rooms`: how many were left for others; null when Redis did not answer. */
  | { readonly kind: 'released'; readonly rooms: number | null }
  | {
      readonly kind: 'log';
      readonly level: 'info' | 'warn';
      readonly fields: Readonly<Record<string, unknown>>;
      readonly text: string;
    };
