// How a trace goes from one process to the next: W3C Trace Context, level 2, §3.2. In a header of HTTP and of gRPC, in calls between
// nodes, in messages between regions, and in the address of a room's WebSocket, where browsers can set no header.

/** Header, and parameter of a WebSocket's address. */
export const TRACEPARENT = 'traceparent';

/** `00-<trace>-<span>-<flags>`, hexadecimal. */
export const TRACEPARENT_FORM = /^00-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})$/;

/** A place in a trace. */
export interface TracePlace {
  readonly traceId: string;
  readonly spanId: string;
  readonly isSampled: boolean;
}

/** @returns null for what is none */
export function readTraceparent(text: unknown): TracePlace | null {
  if (typeof text !== 'string') return null;
  const [, traceId, spanId, flags] = TRACEPARENT_FORM.exec(text) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return null;
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

export function writeTraceparent({ traceId, spanId, isSampled }: TracePlace): string {
  return `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`;
}
