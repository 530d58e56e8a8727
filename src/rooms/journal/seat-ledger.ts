import type { PatchMeta, SeatRecord, SeatReservationRecord } from './journal-meta.ts';

/** A connected client, as far as the ledger looks at it. */
export interface LedgerClient {
  readonly sessionId: string;
  readonly reconnectionToken: string;
  readonly auth?: unknown;
  readonly userData?: unknown;
  readonly _inputBuffer?: { readonly ackSeq: number } | undefined;
}

type TokenHolder = Pick<LedgerClient, 'sessionId' | 'reconnectionToken'>;

/** Over all connections of a session. */
export interface ProcessedCounts {
  readonly messages: number;
  readonly inputs: number;
}

interface Session {
  readonly sessionId: string;
  readonly slot: number;
  token: string;
  /** Of a player on his way back, or in, until he has answered. */
  earlierToken: string | undefined;
  auth: unknown;
  userData: unknown;
  messages: number;
  /** Inputs processed over connections that ended. */
  earlierInputs: number;
  connection: LedgerClient | undefined;
  isReturning: boolean;
  heldUntilMs: number | undefined;
  /** What the journal knows. */
  writtenMessages: number;
  writtenInputs: number;
  isChanged: boolean;
}

/**
 * Who has a seat in a room, and how much of what each session sent is part of the state: what a client needs to be told when it
 * comes back, here or on another node, so that it sends again what was lost and nothing twice.
 *
 * Sessions live over connections: a client that drops and returns is the same session with a new token. Whether that token
 * has reached him is known when he answers:
 *
 *   holds t1 ──comesBack──▶ t2, and t1 until ──answered──▶ t2
 *                              └── connection ends: he returns with the one he has, and gets t3
 *
 * A newcomer's t1 is a word that his client made up, if it did.
 */
export class SeatLedger {
  readonly #sessions = new Map<string, Session>();
  /** Slots of sessions that ended since the last entry. */
  readonly #gone: number[] = [];
  #reservations = new Map<string, SeatReservationRecord>();
  #areReservationsChanged = false;
  #nextSlot = 0;

  has(sessionId: string): boolean {
    return this.#sessions.has(sessionId);
  }

  /** A client took its seat, for the first time or again, and has a new token. */
  take(client: LedgerClient): void {
    if (this.#reservations.delete(client.sessionId)) this.#areReservationsChanged = true;
    const known = this.#sessions.get(client.sessionId);
    const session = known ?? this.#open(client.sessionId);
    session.isReturning = known !== undefined;
    endConnection(session);
    session.connection = client;
    session.token = client.reconnectionToken;
    session.heldUntilMs = undefined;
    session.isChanged = true;
  }

  /**
   * A player is on his way back and gets a new token. Until he has answered, he may hold either.
   *
   * @param earlierToken - the one he came with
   */
  comesBack(client: TokenHolder, earlierToken: string): void {
    const session = this.#sessions.get(client.sessionId);
    if (session === undefined) return;
    session.token = client.reconnectionToken;
    session.earlierToken = earlierToken;
    session.isChanged = true;
  }

  /** He has the new token, and the earlier one ends. */
  answered(client: TokenHolder): void {
    const session = this.#unanswered(client);
    if (session === undefined) return;
    session.earlierToken = undefined;
    session.isChanged = true;
  }

  /** Whether this client is that of a player on his way back, or in with a word of his own, who has not answered yet. */
  isUnanswered(client: TokenHolder): boolean {
    return this.#unanswered(client) !== undefined;
  }

  /** The token that Colyseus knows the holder of `token` by: another one, when the holder may not have got it. */
  currentToken(token: string): string {
    for (const session of this.#sessions.values()) {
      if (session.earlierToken === token) return session.token;
    }
    return token;
  }

  /** Its connection ended; what it had processed stays counted. */
  connectionEnded(client: LedgerClient): void {
    const session = this.#sessions.get(client.sessionId);
    if (session?.connection === client) endConnection(session);
  }

  /** @param untilMs - on the region's clock; Infinity as long as the room likes */
  hold(sessionId: string, untilMs: number): void {
    const session = this.#sessions.get(sessionId);
    if (session === undefined) return;
    // Infinity is no JSON.
    session.heldUntilMs = Math.min(untilMs, Number.MAX_SAFE_INTEGER);
    session.isChanged = true;
  }

  /** The seat is given up. */
  free(sessionId: string): void {
    const session = this.#sessions.get(sessionId);
    if (session === undefined) return;
    this.#sessions.delete(sessionId);
    this.#gone.push(session.slot);
  }

  reserve(reservation: SeatReservationRecord): void {
    this.#reservations.set(reservation.sessionId, reservation);
    this.#areReservationsChanged = true;
  }

  /** A message of this session is about to be handled. */
  countMessage(sessionId: string): void {
    const session = this.#sessions.get(sessionId);
    if (session !== undefined) session.messages++;
  }

  /** Whether this session has been here before, on this node or another. */
  isReturning(sessionId: string): boolean {
    return this.#sessions.get(sessionId)?.isReturning === true;
  }

  /** `processedOf` every session. */
  processed(): ReadonlyMap<string, ProcessedCounts> {
    return new Map([...this.#sessions.keys()].map((id) => [id, this.processedOf(id)]));
  }

  /** How much of what the session ever sent is processed. */
  processedOf(sessionId: string): ProcessedCounts {
    const session = this.#sessions.get(sessionId);
    if (session === undefined) return { messages: 0, inputs: 0 };
    return { messages: session.messages, inputs: inputsOf(session) };
  }

  /**
   * What changed since the last `changes()` or `snapshot()`; null when nothing did.
   *
   * @param isWithState - the entry holds the state as of now. Without it nothing is counted: what was processed since the
   *   last flush is in no entry yet, and would be lost if it were told to be there
   */
  changes({
    isWithState,
  }: {
    readonly isWithState: boolean;
  }): Pick<PatchMeta, 'seats' | 'gone' | 'counts' | 'reservations'> | null {
    const seats: SeatRecord[] = [];
    const counts: number[] = [];
    for (const session of this.#sessions.values()) {
      // What is written of a seat has its counts in it.
      if (isWithState) count(session, session.isChanged ? [] : counts);
      if (session.isChanged) seats.push(write(session));
    }
    const gone = this.#gone.splice(0);
    const reservations = this.#areReservationsChanged ? [...this.#reservations.values()] : null;
    this.#areReservationsChanged = false;
    const changes = {
      ...(seats.length > 0 ? { seats } : {}),
      ...(gone.length > 0 ? { gone } : {}),
      ...(counts.length > 0 ? { counts } : {}),
      ...(reservations === null ? {} : { reservations }),
    };
    return Object.keys(changes).length > 0 ? changes : null;
  }

  /** All of it, for a checkpoint; changes are counted from here on. */
  snapshot(): { readonly seats: SeatRecord[]; readonly reservations: SeatReservationRecord[] } {
    this.#gone.length = 0;
    this.#areReservationsChanged = false;
    return {
      seats: [...this.#sessions.values()].map((session) => {
        count(session, []);
        return write(session);
      }),
      reservations: [...this.#reservations.values()],
    };
  }

  /** The ledger of a room that comes back. */
  load(seats: readonly SeatRecord[], reservations: readonly SeatReservationRecord[]): void {
    for (const seat of seats) {
      const session = this.#open(seat.sessionId, seat.slot);
      Object.assign(session, {
        token: seat.token,
        earlierToken: seat.earlierToken,
        auth: seat.auth,
        userData: seat.userData,
        messages: seat.messages,
        earlierInputs: seat.inputs,
        writtenMessages: seat.messages,
        writtenInputs: seat.inputs,
        heldUntilMs: seat.heldUntilMs,
      });
    }
    this.#reservations = new Map(reservations.map((one) => [one.sessionId, one]));
  }

  /** Forgets reservations that ran out. */
  sweep(nowMs: number): void {
    for (const { sessionId, untilMs } of this.#reservations.values()) {
      if (untilMs >= nowMs) continue;
      this.#reservations.delete(sessionId);
      this.#areReservationsChanged = true;
    }
  }

  #unanswered({ sessionId, reconnectionToken }: TokenHolder): Session | undefined {
    const session = this.#sessions.get(sessionId);
    const isOnWayBack = session?.earlierToken !== undefined && session.token === reconnectionToken;
    return isOnWayBack ? session : undefined;
  }

  #open(sessionId: string, slot = this.#nextSlot): Session {
    this.#nextSlot = Math.max(this.#nextSlot, slot + 1);
    const session: Session = {
      sessionId,
      slot,
      token: '',
      earlierToken: undefined,
      auth: undefined,
      userData: undefined,
      messages: 0,
      earlierInputs: 0,
      connection: undefined,
      isReturning: false,
      heldUntilMs: undefined,
      writtenMessages: 0,
      writtenInputs: 0,
      isChanged: true,
    };
    this.#sessions.set(sessionId, session);
    return session;
  }
}

function inputsOf({ earlierInputs, connection }: Session): number {
  return earlierInputs + (connection?._inputBuffer?.ackSeq ?? 0);
}

function endConnection(session: Session): void {
  session.earlierInputs = inputsOf(session);
  session.auth = session.connection?.auth ?? session.auth;
  session.userData = session.connection?.userData ?? session.userData;
  session.connection = undefined;
}

/** `[slot, messages, inputs]` processed since the last entry, when there are any. */
function count(session: Session, counts: number[]): void {
  const { messages } = session;
  const inputs = inputsOf(session);
  if (messages === session.writtenMessages && inputs === session.writtenInputs) return;
  counts.push(session.slot, messages - session.writtenMessages, inputs - session.writtenInputs);
  session.writtenMessages = messages;
  session.writtenInputs = inputs;
}

/** The seat as of the last count. */
function write(session: Session): SeatRecord {
  session.isChanged = false;
  const { sessionId, slot, token, earlierToken, heldUntilMs } = session;
  const { writtenMessages: messages, writtenInputs: inputs } = session;
  const auth = session.connection?.auth ?? session.auth;
  const userData = session.connection?.userData ?? session.userData;
  return {
    sessionId,
    slot,
    token,
    ...(earlierToken === undefined ? {} : { earlierToken }),
    ...(auth === undefined ? {} : { auth }),
    ...(userData === undefined ? {} : { userData }),
    messages,
    inputs,
    ...(heldUntilMs === undefined ? {} : { heldUntilMs }),
  };
}
