/** The connection is lost, or was ended by a node that the room has left. */
export interface RoomDrop {
  /** WebSocket close code. */
  readonly code: number;
  /** For people. */
  readonly reason: string;
}

/** The room goes on in another process of the region. */
export interface RoomMove {
  /** processId. */
  readonly from: string;
  /** processId. */
  readonly to: string;
  /** `moved` on purpose (its node was drained), or `recovered` after its node was lost. */
  readonly reason: 'moved' | 'recovered';
}

/** A lost connection is back, in the same seat. */
export interface RoomResumed {
  readonly outageMs: number;
  /** Whether the room goes on at another node. */
  readonly hasMoved: boolean;
  /** Messages the room had not heard, and those that waited for the connection. */
  readonly resentMessages: number;
  /** Inputs the room had not heard. */
  readonly resentInputs: number;
}
