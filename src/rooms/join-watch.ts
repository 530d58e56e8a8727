import type { Client } from '@colyseus/core';
import { readTraceparent } from '../protocol/traceparent.ts';
import type { JoinMetrics } from '../telemetry/join-metrics.ts';
import {
  activeTraceparent,
  fail,
  type Span,
  SpanKind,
  startSpan,
  traceparentOf,
  withSpan,
} from '../telemetry/tracing.ts';
import type { ClientInternals } from './guards/room-internals.ts';

// The last steps of a join, as the room sees them; each once per client, nothing per frame.
//
//   seat reserved ┄┄ socket comes ──room.join──▶ onJoin done ──room.first-state──▶ full state sent
//                                                   first input ──room.first-input──▶ the flush that acknowledges it

/** A client that has sent no input by then is one who looks on, or plays by messages. */
const FIRST_INPUT_WITHIN_MS = 60_000;

/** Where a join stands; times are monotonic, ms. */
type Joining =
  | { readonly kind: 'joined'; readonly cameAtMs: number; readonly atMs: number }
  | { readonly kind: 'has-state'; readonly atMs: number }
  | { readonly kind: 'has-sent'; readonly atMs: number; readonly consumedCount: number };

type Watched = Joining & { readonly traceparent: string };

export interface JoinWatchDeps {
  readonly metrics: JoinMetrics;
  readonly roomName: () => string;
  readonly roomId: () => string;
}

/** Measures how long players of one room wait for it, and tells it in their traces. */
export class JoinWatch {
  readonly #deps: JoinWatchDeps;
  /** `traceparent` of the call that reserved a seat. */
  readonly #seats = new WeakMap<object, string>();
  readonly #watched = new Map<Client, Watched>();
  /** Those whose first input waits for its flush. */
  readonly #waiting = new Set<ClientInternals>();

  constructor(deps: JoinWatchDeps) {
    this.#deps = deps;
  }

  /** A seat was reserved, in the trace of whoever asked for it. */
  reserved(seat: object | undefined): void {
    const traceparent = activeTraceparent() ?? '';
    if (seat !== undefined && traceparent !== '') this.#seats.set(seat, traceparent);
  }

  /**
   * A client comes for its seat.
   *
   * @param given - the `traceparent` it came with
   * @throws whatever `join` throws
   */
  async joining(
    client: Client,
    { seat, given }: { readonly seat: object | undefined; readonly given: string | undefined },
    join: () => Promise<void>,
  ): Promise<void> {
    const cameAtMs = performance.now();
    const span = this.#start(seat === undefined ? '' : (this.#seats.get(seat) ?? ''), given);
    try {
      await withSpan(span, join);
      const traceparent = traceparentOf(span) ?? '';
      const atMs = performance.now();
      this.#watched.set(client, { kind: 'joined', cameAtMs, atMs, traceparent });
    } catch (error) {
      if (span !== null) fail(span, error);
      throw error;
    } finally {
      span?.end();
    }
  }

  /** The full state was handed to its socket. */
  stateSent(client: Client): void {
    const watched = this.#watched.get(client);
    if (watched?.kind !== 'joined') return;
    const { cameAtMs, atMs, traceparent } = watched;
    const nowMs = performance.now();
    this.#deps.metrics.joined(
      this.#deps.roomName(),
      (nowMs - cameAtMs) / 1_000,
      traceIdOf(traceparent),
    );
    this.#tell('room.first-state', traceparent, atMs);
    this.#watched.set(client, { kind: 'has-state', atMs: nowMs, traceparent });
  }

  /** An input was read; the first one counts. @param nowMs - monotonic, when it came */
  inputArrived(client: ClientInternals, nowMs: number): void {
    const watched = this.#watched.get(client);
    if (watched?.kind !== 'has-state') return;
    const buffer = client._inputBuffer;
    if (buffer === undefined) return;
    if (nowMs - watched.atMs > FIRST_INPUT_WITHIN_MS) {
      this.#watched.delete(client);
      return;
    }
    // Where inputs are paced it is not in its buffer yet.
    const consumedCount = buffer.consumedCount + Math.max(1, buffer.size);
    const { traceparent } = watched;
    this.#watched.set(client, { kind: 'has-sent', atMs: nowMs, consumedCount, traceparent });
    this.#waiting.add(client);
  }

  /** A flush has left. */
  flushed(): void {
    if (this.#waiting.size > 0) this.#acknowledge(performance.now());
  }

  left(client: Client): void {
    this.#watched.delete(client);
    this.#waiting.delete(client as ClientInternals);
  }

  #acknowledge(nowMs: number): void {
    for (const client of this.#waiting) {
      const watched = this.#watched.get(client);
      if (watched?.kind !== 'has-sent') continue;
      if ((client._inputBuffer?.consumedCount ?? 0) < watched.consumedCount) continue;
      const { atMs, traceparent } = watched;
      const { metrics, roomName } = this.#deps;
      metrics.firstInputAcknowledged(roomName(), (nowMs - atMs) / 1_000, traceIdOf(traceparent));
      this.#tell('room.first-input', traceparent, atMs);
      this.left(client);
    }
  }

  /** The client's word, where it has a trace of its own: the seat of a match was reserved in the trace of only one of its tickets. */
  #start(seated: string, given: string | undefined): Span | null {
    const own = readTraceparent(given);
    const isOthers = own !== null && own.traceId !== readTraceparent(seated)?.traceId;
    return startSpan({
      ...{ name: 'room.join', kind: SpanKind.SERVER, facts: this.#facts },
      ...(isOthers
        ? { parent: given, isEdge: true, links: seated === '' ? [] : [seated] }
        : { parent: seated }),
    });
  }

  #tell(name: string, traceparent: string, sinceMs: number): void {
    if (traceparent === '') return;
    const startedAtMs = performance.timeOrigin + sinceMs;
    startSpan({ name, parent: traceparent, facts: this.#facts, startedAtMs })?.end();
  }

  get #facts() {
    const { roomName, roomId } = this.#deps;
    return { 'meridian.room.name': roomName(), 'meridian.room.id': roomId() };
  }
}

function traceIdOf(traceparent: string): string {
  return readTraceparent(traceparent)?.traceId ?? '';
}
