import type { WebSocket } from 'ws';

/** RFC 6455 §5.5: a control frame holds 125 bytes, two of them the code. */
const CLOSE_REASON_BYTES = 123;

/** `text` cut to what fits a close frame, never inside a character. */
export function closeReason(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= CLOSE_REASON_BYTES) return text;
  return new TextDecoder().decode(bytes.subarray(0, CLOSE_REASON_BYTES), { stream: true });
}

/**
 * Ends a connection with a reason, and by force when the peer does not answer the closing handshake within `graceMs` (a peer
 * that no longer reads never does).
 */
export function closeSocket(ws: WebSocket, code: number, reason: string, graceMs: number): void {
  const timeout = setTimeout(() => ws.terminate(), graceMs);
  ws.once('close', () => clearTimeout(timeout));
  ws.close(code, closeReason(reason));
}
