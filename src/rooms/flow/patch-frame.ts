import { type Client, type ClientPrivate, Protocol } from '@colyseus/core';
import { ProtocolModifier } from '@colyseus/shared-types';
import { serverFrameHeaderBytes, writeServerFrameHeader } from '../../transport/ws/server-frame.ts';
import { takeFrameBytes } from './frame-memory.ts';

// A patch as it goes to a socket:
//
//   plain room:  one frame for everybody        [ws header][15][patch]
//   timed room:  one frame per client           [ws header][15 | timed][u32 room ms][u32 acknowledged input][patch]
//
// "Timed" is a room with defineInput(): Colyseus' own wire format, read by the stock SDK.

/** Room time and acknowledged input, behind the protocol byte. */
export const TIMED_BYTES = 8;

/** What Colyseus passes when the room is timed. */
export interface PatchTiming {
  readonly sNow: number;
}

/** Owned bytes, whose body is still to be written. */
export interface PatchFrame {
  /** Others once a socket has kept them. */
  bytes: Buffer;
  readonly payloadOffset: number;
  readonly bodyOffset: number;
  /** Where the client's acknowledged input goes; null where none is told. */
  readonly ackOffset: number | null;
}

/** A frame for a patch of `bodyBytes`. */
export function openFrame(bodyBytes: number, timing?: PatchTiming): PatchFrame {
  const timedBytes = timing === undefined ? 0 : TIMED_BYTES;
  const payloadBytes = 1 + timedBytes + bodyBytes;
  const bytes = takeFrameBytes(serverFrameHeaderBytes(payloadBytes) + payloadBytes);
  const payloadOffset = writeServerFrameHeader(bytes, payloadBytes);
  const bodyOffset = payloadOffset + 1 + timedBytes;
  if (timing === undefined) {
    bytes[payloadOffset] = Protocol.ROOM_STATE_PATCH;
    return { bytes, payloadOffset, bodyOffset, ackOffset: null };
  }
  bytes[payloadOffset] = Protocol.ROOM_STATE_PATCH | ProtocolModifier.TIMED;
  bytes.writeUInt32LE(timing.sNow >>> 0, payloadOffset + 1);
  return { bytes, payloadOffset, bodyOffset, ackOffset: payloadOffset + 5 };
}

/** A socket has kept the bytes: `frame` gets others, equal to them, to be written into for another client. */
export function giveAway(frame: PatchFrame): void {
  frame.bytes = Buffer.from(frame.bytes);
}

/** Tells the client which of his inputs the state reflects, where the frame has a place for it. */
export function acknowledgeIn({ bytes, ackOffset }: PatchFrame, client: Client): void {
  if (ackOffset !== null) bytes.writeUInt32LE(acknowledgedInput(client) >>> 0, ackOffset);
}

/** The newest input of this client that the state reflects; clients prune and reconcile against it. */
export function acknowledgedInput(client: Client): number {
  return (client as Client & ClientPrivate)._inputBuffer?.ackSeq ?? 0;
}
