/** The part of a WebSocket that probes and pushes use: text both ways. */
export interface TextSocket {
  onopen: (() => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onerror: (() => void) | null;
  onclose: (() => void) | null;
  send(text: string): void;
  close(): void;
}

/** Ends a socket of which nothing more shall be heard. */
export function dropSocket(socket: TextSocket): void {
  socket.onopen = socket.onmessage = socket.onclose = null;
  // Not null: one that is closed while it connects still reports an error, and somebody must hear it.
  socket.onerror = () => {};
  socket.close();
}
