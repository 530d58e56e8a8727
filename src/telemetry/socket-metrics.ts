/** What the WebSocket transport counts; codes are bounded, so they may be labels. */
export interface SocketMetrics {
  socketOpened(): void;
  socketClosed(): void;
  /** An upgrade that got an HTTP error instead. */
  upgradeRefused(code: string): void;
  /** A socket that was upgraded and then had no seat. */
  seatRefused(): void;
  /** A peer that stopped answering pings. */
  peerLost(): void;
  rttMeasured(rttMs: number): void;
}
