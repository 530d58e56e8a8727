import type { MethodDefinition } from '@grpc/grpc-js';
import { loadProto } from './load-proto.ts';
import { defineRpc } from './rpc-contract.ts';

// What travels on a lane, see proto/rpc/v1/calls.proto.

export interface WireCall {
  readonly id: number;
  readonly path: string;
  readonly peer: string;
  readonly traceparent: string;
  readonly timeoutMs: number;
  readonly request: Buffer;
}

export interface WireAnswer {
  readonly id: number;
  readonly status: number;
  readonly message: string;
  /** Empty: none. */
  readonly error: Buffer;
  readonly reply: Buffer;
}

interface WireCalls {
  readonly calls: readonly WireCall[];
}

interface WireAnswers {
  readonly answers: readonly Partial<WireAnswer>[];
  readonly isLeaving: boolean;
}

const { service } = loadProto(
  defineRpc({ name: 'meridian.rpc.v1.CallService', proto: 'rpc/v1/calls.proto', methods: {} }),
);
const exchange = service['Exchange'] as MethodDefinition<Partial<WireCalls>, Partial<WireAnswers>>;

export const LANE_PATH = exchange.path;

/** Largest request that goes by lane: those behind it wait for it. Larger ones go plainly. */
export const MOST_LANE_REQUEST_BYTES = 64 * 1024;

/** Largest message that callers take: all that there is of one player, whose store bounds each part but not their number. */
export const MOST_REPLY_BYTES = 64 * 1024 * 1024;

export function writeCall(call: WireCall): Buffer {
  return exchange.requestSerialize({ calls: [call] });
}

/** @throws {Error} for what is no message */
export function readCalls(bytes: Buffer): readonly WireCall[] {
  return (exchange.requestDeserialize(bytes) as WireCalls).calls;
}

export function writeAnswer(answer: Partial<WireAnswer>): Buffer {
  return exchange.responseSerialize({ answers: [answer] });
}

/** Says that no more calls are wanted. */
export function writeLeaving(): Buffer {
  return exchange.responseSerialize({ isLeaving: true });
}

/** @throws {Error} for what is no message */
export function readAnswers(bytes: Buffer): {
  readonly answers: readonly WireAnswer[];
  readonly isLeaving: boolean;
} {
  return exchange.responseDeserialize(bytes) as {
    readonly answers: readonly WireAnswer[];
    readonly isLeaving: boolean;
  };
}

/** For methods whose messages are bytes already. */
export function asIs(bytes: Buffer): Buffer {
  return bytes;
}
