/**
 * Why a connection was closed, as the WebSocket close code (RFC 6455 §7.4.2: 4000–4999 are ours).
 *
 * 4000–4010 are Colyseus' own. The Colyseus SDK reconnects by itself on 1001, 1005, 1006 and 4010 only; every other
 * code is final, and its reason text is for people.
 */
export const CloseCode = {
  /** Colyseus: the client left on purpose. */
  CONSENTED: 4000,
  /** Colyseus: the server is going away for good. */
  SERVER_SHUTDOWN: 4001,
  /** Colyseus: an error in the room or in what the client sent. */
  WITH_ERROR: 4002,
  /** Colyseus: the room or the seat no longer exists. */
  FAILED_TO_RECONNECT: 4003,
  /** Colyseus: come back, your seat is kept. */
  MAY_TRY_RECONNECT: 4010,
  /** A frame the room cannot have sent for: malformed, or of an unknown kind. */
  BAD_FRAME: 4400,
  /** The player's sign-in was ended: signed out everywhere, or its refresh token was used twice. */
  SIGNED_OUT: 4401,
  /** The room would not admit this player; sign in again or choose another room. */
  NOT_ADMITTED: 4403,
  /** The connection did not read what it was sent for too long, or its backlog passed the hard limit. */
  TOO_SLOW: 4408,
  /** An operator has taken the player's seat, or closed the room; the reason text says why. */
  REMOVED: 4410,
  /** The player is banned. */
  BANNED: 4423,
  /** More messages per second than the room allows. */
  RATE_LIMITED: 4429,
} as const;

export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode];
