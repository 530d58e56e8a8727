import { type Client, ClientState, Protocol, SchemaSerializer } from '@colyseus/core';
import type { Encoder, Iterator, Schema, StateView } from '@colyseus/schema';
import { ProtocolModifier } from '@colyseus/shared-types';
import type { QualityLevel } from '../../protocol/quality.ts';
import { MeridianClient } from '../../transport/ws/meridian-client.ts';
import type { ClientFlow, FlowDecision } from './client-flow.ts';
import type { EncodeScratch } from './encode-scratch.ts';
import { type FlushChanges, FlushChangesOf } from './flush-changes.ts';
import { joinedBytes, joinPatches } from './joined-patches.ts';
import { ownTreeOf } from './own-entity.ts';
import {
  acknowledgedInput,
  acknowledgeIn,
  giveAway,
  openFrame,
  type PatchFrame,
  type PatchTiming,
  TIMED_BYTES,
} from './patch-frame.ts';
import type { RoomFlow } from './room-flow.ts';

// A flush on its way to the sockets. Every byte handed to a socket is owned: nothing is encoded into it again (RM-1 of
// docs/spec/rooms.md; stock Colyseus hands out views of a buffer that the next tick overwrites).

const NO_PATCH = new Uint8Array(0);

/** What the room is told of a flush. */
export interface FlushListener {
  patchSent(bytes: number): void;
  sendGateSkipped(count: number): void;
  resynced(): void;
  /** The connection must end: it has not read what it was sent. */
  tooSlow(client: Client, backlogBytes: number): void;
}

/** Takes down what each flush changes, whoever is there to be sent it. */
export interface FlushRecorder {
  /** Called before a flush: what earlier ones recorded must be out of this process before clients see more. */
  handOver(): void;
  /**
   * Called with every flush, after the clients have got theirs and before the changes are forgotten.
   *
   * @param shared - the patch of clients without a view, null when nothing is pending; lives in the scratch, so it is gone
   *   with the next encode
   */
  record(shared: Uint8Array | null): void;
}

export interface PatchSerializerDeps {
  readonly scratch: EncodeScratch;
  readonly listener: FlushListener;
  /** What the clients' links carry; absent: each gets each patch, as nobody looks after their sockets. */
  readonly flow?: RoomFlow;
}

/**
 * Colyseus' schema serializer with owned bytes and a send gate. Same wire format and id; what differs is when and from
 * which memory a client gets its bytes.
 */
export class PatchSerializer<T extends Schema> extends SchemaSerializer<T> {
  protected readonly deps: PatchSerializerDeps;
  /** Full state without views, owned; stale when `needFullEncode` says so or changes are pending. */
  #fullState: Buffer | null = null;
  #sentBytes = 0;
  /** Whether somebody may wait for something of this flush, or of earlier ones. */
  #isOwing = false;
  readonly #changesOf = new FlushChangesOf();
  /** The room's journal; null when it keeps none. */
  recorder: FlushRecorder | null = null;

  constructor(deps: PatchSerializerDeps) {
    super();
    this.deps = deps;
    this.fullEncodeBuffer = NO_PATCH;
  }

  /** Another one after each `reset`. */
  get currentEncoder(): Encoder<T> {
    return this.encoder;
  }

  override reset(state: T & Schema): void {
    super.reset(state);
    // The encoder's own buffer is dropped: it encodes into the node's.
    this.encoder.sharedBuffer = NO_PATCH;
    this.#fullState = null;
  }

  /** @returns owned bytes: nothing is ever encoded into them again */
  override getFullState(client?: Client, timing?: PatchTiming): Uint8Array {
    const body =
      this.hasFilters && client?.view ? this.#encodeFull(client.view) : this.#currentFullState();
    if (client) this.flowOf(client)?.stateLeaves(body.length, performance.now());
    return timing && client ? withTiming(body, timing.sNow, acknowledgedInput(client)) : body;
  }

  override applyPatches(clients: Client[], _state?: unknown, timing?: PatchTiming): boolean {
    this.#sentBytes = 0;
    const hasChanges = this.encoder.hasChanges;
    if (hasChanges) this.needFullEncode = true;
    this.recorder?.handOver();
    const shared = clients.length > 0 ? this.#flush(clients, hasChanges, timing) : null;
    try {
      this.recorder?.record(shared ?? (hasChanges ? this.#encodePatch() : null));
    } finally {
      if (hasChanges) this.encoder.discardChanges();
    }
    if (this.#sentBytes > 0) this.deps.listener.patchSent(this.#sentBytes);
    return hasChanges && clients.length > 0;
  }

  /** @returns the patch without views when it was encoded, in the scratch */
  #flush(clients: Client[], hasChanges: boolean, timing?: PatchTiming): Uint8Array | null {
    const startedMs = performance.now();
    const ready = this.#takeReady(clients, timing);
    const shared = this.#flushReady(ready, hasChanges, timing);
    if (this.#isOwing) this.#sendOwed(ready, startedMs, timing);
    this.deps.flow?.flushed();
    return shared;
  }

  #flushReady(ready: Client[], hasChanges: boolean, timing?: PatchTiming): Uint8Array | null {
    if (!hasChanges && timing === undefined && !this.hasViewChanges(ready)) return null;
    if (this.hasFilters) return this.flushViews(ready, hasChanges, timing);
    return this.#flushShared(ready, hasChanges, timing);
  }

  /** The clients that get this patch, at once or later; the others are skipped, resynchronised or ended. */
  #takeReady(clients: Client[], timing?: PatchTiming): Client[] {
    const { listener } = this.deps;
    const nowMs = performance.now();
    const ready: Client[] = [];
    let skipped = 0;
    // Backwards, as Colyseus does: ending a connection may take it out of the list.
    for (let i = clients.length - 1; i >= 0; i--) {
      const client = clients[i] as Client;
      if (client.state !== ClientState.JOINED) continue;
      switch (this.#decide(client, nowMs)) {
        case 'patch':
        case 'hold':
          ready.push(client);
          break;
        case 'skip':
          skipped++;
          break;
        case 'resync':
          client.raw(this.getFullState(client, timing));
          listener.resynced();
          break;
        case 'evict':
          listener.tooSlow(client, unreadBytesOf(client as MeridianClient));
          break;
      }
    }
    if (skipped > 0) listener.sendGateSkipped(skipped);
    return ready;
  }

  #decide(client: Client, nowMs: number): FlowDecision {
    const { flow } = this.deps;
    if (flow === undefined || !(client instanceof MeridianClient)) return 'patch';
    return flow.decide(client, flow.of(client, this.encoder), nowMs);
  }

  /** Those who are open again, and for whom this flush had nothing, get what was held before. */
  #sendOwed(ready: readonly Client[], startedMs: number, timing?: PatchTiming): void {
    this.#isOwing = false;
    for (const client of ready) {
      const flow = this.flowOf(client);
      if (!flow?.owes) continue;
      const isHisTurn = !flow.isHolding && flow.lastPatchAtMs < startedMs;
      if (isHisTurn && this.hasFilters) this.sendOwn(client, frameOf(NO_PATCH, timing));
      else if (isHisTurn) this.#sendBacklog(client, flow, timing);
      if (flow.owes) this.#isOwing = true;
    }
  }

  /** The flow of a client's patches; null where nothing regulates it. */
  protected flowOf(client: Client): ClientFlow | null {
    const { flow } = this.deps;
    if (flow === undefined || !(client instanceof MeridianClient)) return null;
    return flow.of(client, this.encoder);
  }

  #flushShared(ready: Client[], hasChanges: boolean, timing?: PatchTiming): Uint8Array | null {
    if (ready.length === 0) return null;
    const patch = hasChanges ? this.#encodePatch() : null;
    const frame = frameOf(patch ?? NO_PATCH, timing);
    let changes: FlushChanges | null = null;
    for (const client of ready) {
      const flow = this.flowOf(client);
      if (!flow?.isThin(frame.bytes.length)) {
        this.sendShared(client, frame);
        continue;
      }
      flow.offered(frame.bytes.length);
      if (patch !== null) {
        changes ??= this.#changesOf.read(this.encoder, patch.length);
        flow.owe(changes);
      }
      this.#isOwing = true;
      if (!flow.isHolding && (flow.owes || timing !== undefined)) {
        this.#sendBacklog(client, flow, timing);
      }
    }
    return patch;
  }

  /** Sends as much as his link carries of what a client has not got. */
  #sendBacklog(client: Client, flow: ClientFlow, timing?: PatchTiming): void {
    const body = flow.backlog.take({
      encoder: this.encoder,
      mostBytes: flow.level === 0 ? Number.POSITIVE_INFINITY : flow.bytesPerPatch,
      own: ownTreeOf(this.encoder.state, client.sessionId),
    });
    if (body.length > 0 || timing !== undefined) this.#write(client, flow, frameOf(body, timing));
  }

  /** Sends a frame that others get, too. */
  protected sendShared(client: Client, frame: PatchFrame): void {
    const isFree = this.sendOwn(client, frame);
    // Only the acknowledged input differs: one frame serves all clients, unless a socket keeps it.
    if (frame.ackOffset !== null && !isFree) giveAway(frame);
  }

  /**
   * Sends a frame that nobody else gets, or keeps it for later.
   *
   * @returns whether its bytes may be written to again: no socket has kept them
   */
  protected sendOwn(client: Client, patch: PatchFrame): boolean {
    const flow = this.flowOf(client);
    if (flow === null) return this.#write(client, null, patch);
    flow.offered(this.demandOf(patch.bytes.length, flow.level));
    if (flow.isHolding) {
      // A copy: what is kept for long must not hold the memory of all frames beside it.
      flow.keep(Uint8Array.from(patch.bytes.subarray(patch.bodyOffset)));
      this.#isOwing = true;
      return false;
    }
    return this.#write(client, flow, behind(flow.takeKept(), patch));
  }

  /** What a patch would be at the best level, in bytes. */
  protected demandOf(bytes: number, _level: QualityLevel): number {
    return bytes;
  }

  #write(client: Client, flow: ClientFlow | null, frame: PatchFrame): boolean {
    const { bytes, payloadOffset } = frame;
    acknowledgeIn(frame, client);
    this.#sentBytes += bytes.length - payloadOffset;
    if (client instanceof MeridianClient) {
      if (flow === null) return client.sendFrame(bytes, payloadOffset);
      const nowMs = performance.now();
      const isPinged = flow.sending(bytes.length, nowMs);
      return client.sendFrame(bytes, payloadOffset, isPinged ? nowMs : null);
    }
    client.raw(bytes.subarray(payloadOffset));
    return false;
  }

  /**
   * Each distinct view once; clients that share a view share its bytes.
   *
   * @returns the patch without views when it was encoded; in the scratch, or owned
   */
  protected flushViews(
    ready: Client[],
    hasChanges: boolean,
    timing?: PatchTiming,
  ): Uint8Array | null {
    const it: Iterator = { offset: 1 };
    const { scratch } = this.deps;
    this.encoder.sharedBuffer = scratch.buffer;
    if (hasChanges) this.encoder.encode(it);
    const sharedOffset = it.offset;
    const patches = new Map<StateView | null, Uint8Array>();
    for (const client of ready) {
      const view = client.view ?? null;
      let patch = patches.get(view);
      if (patch === undefined) {
        patch =
          view === null
            ? Uint8Array.prototype.slice.call(this.encoder.sharedBuffer, 1, sharedOffset)
            : this.encoder.encodeView(view, sharedOffset, it).subarray(1);
        patches.set(view, patch);
      }
      if (timing !== undefined || patch.length > 0) this.sendOwn(client, frameOf(patch, timing));
    }
    const shared = this.encoder.sharedBuffer.subarray(1, sharedOffset);
    this.releaseScratch();
    return hasChanges ? shared : null;
  }

  /** Whether there is something to send though the state has not changed. */
  protected hasViewChanges(ready: Client[]): boolean {
    return this.hasFilters && ready.some((client) => (client.view?.changes.size ?? 0) > 0);
  }

  /** @returns the patch without its protocol byte; a view of the scratch, valid until the next encode */
  #encodePatch(): Uint8Array {
    this.encoder.sharedBuffer = this.deps.scratch.buffer;
    const bytes = this.encoder.encode({ offset: 0 });
    this.releaseScratch();
    return bytes;
  }

  #currentFullState(): Buffer {
    const isStale = this.needFullEncode || this.encoder.root.changes.next !== undefined;
    if (this.#fullState === null || isStale) {
      this.#fullState = this.#encodeFull();
      this.needFullEncode = false;
    }
    return this.#fullState;
  }

  /** @param view - adds what only its clients see */
  #encodeFull(view?: StateView): Buffer {
    const { scratch } = this.deps;
    const it: Iterator = { offset: 1 };
    const shared = this.encoder.encodeAll(it, scratch.buffer);
    scratch.adopt(new Uint8Array(shared.buffer));
    const bytes =
      view === undefined ? shared : this.encoder.encodeAllView(view, it.offset, it, scratch.buffer);
    const owned = Buffer.from(bytes);
    owned[0] = Protocol.ROOM_STATE;
    return owned;
  }

  protected releaseScratch(): void {
    this.deps.scratch.adopt(this.encoder.sharedBuffer);
    this.encoder.sharedBuffer = NO_PATCH;
  }
}

/** Handed over and not known to be read: in this process, in the kernels, or on the way. */
function unreadBytesOf({ acks, backlogBytes }: MeridianClient): number {
  return Math.max(acks.inFlightBytes, backlogBytes);
}

function frameOf(patch: Uint8Array, timing?: PatchTiming): PatchFrame {
  const frame = openFrame(patch.length, timing);
  frame.bytes.set(patch, frame.bodyOffset);
  return frame;
}

/** The same frame with what was held in front of it. */
function behind(kept: readonly Uint8Array[], frame: PatchFrame): PatchFrame {
  if (kept.length === 0) return frame;
  const bodies = [...kept, frame.bytes.subarray(frame.bodyOffset)];
  const timing =
    frame.ackOffset === null
      ? undefined
      : { sNow: frame.bytes.readUInt32LE(frame.payloadOffset + 1) };
  const joined = openFrame(joinedBytes(bodies), timing);
  joinPatches(bodies, joined.bytes, joined.bodyOffset);
  return joined;
}

/** Puts room time and acknowledged input behind the protocol byte of `body`. */
function withTiming(body: Uint8Array, roomMs: number, acknowledged: number): Buffer {
  const out = Buffer.allocUnsafe(body.length + TIMED_BYTES);
  out[0] = (body[0] as number) | ProtocolModifier.TIMED;
  out.writeUInt32LE(roomMs >>> 0, 1);
  out.writeUInt32LE(acknowledged >>> 0, 5);
  out.set(body.subarray(1), 1 + TIMED_BYTES);
  return out;
}
