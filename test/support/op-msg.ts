// Frames of MongoDB's wire protocol, as much as a server of tests needs.
// https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/
//
//   header    int32 length · int32 requestId · int32 responseTo · int32 opCode
//   OP_MSG    int32 flags · sections: 0 document | 1 int32 size, name\0, document… · crc32 if flags & 1
//   OP_QUERY  int32 flags · namespace\0 · int32 skip · int32 limit · document      the driver's first hello only
//   OP_REPLY  int32 flags · int64 cursor · int32 from · int32 count · document

import { mongo } from 'mongoose';

const { deserialize, serialize } = mongo.BSON;

export type BsonDocument = Record<string, unknown>;

export interface WireRequest {
  readonly requestId: number;
  readonly isQuery: boolean;
  readonly command: BsonDocument;
}

const OP_REPLY = 1;
const OP_QUERY = 2_004;
const OP_MSG = 2_013;
const HEADER_BYTES = 16;

/** Takes whole frames off the head of what a socket has brought. */
export function readFrames(received: Buffer): {
  readonly requests: readonly WireRequest[];
  readonly rest: Buffer;
} {
  const requests: WireRequest[] = [];
  let rest = received;
  while (rest.length >= 4 && rest.length >= rest.readInt32LE(0)) {
    const length = rest.readInt32LE(0);
    requests.push(readFrame(rest.subarray(0, length)));
    rest = rest.subarray(length);
  }
  return { requests, rest };
}

function readFrame(frame: Buffer): WireRequest {
  const requestId = frame.readInt32LE(4);
  const opCode = frame.readInt32LE(12);
  if (opCode === OP_QUERY) {
    const afterNamespace = frame.indexOf(0, HEADER_BYTES + 4) + 1;
    return { requestId, isQuery: true, command: documentAt(frame, afterNamespace + 8) };
  }
  if (opCode !== OP_MSG) throw new Error(`no such opcode here: ${opCode}`);
  const hasChecksum = (frame.readUInt32LE(HEADER_BYTES) & 1) === 1;
  const end = frame.length - (hasChecksum ? 4 : 0);
  let command: BsonDocument = {};
  let at = HEADER_BYTES + 4;
  while (at < end) {
    const isSequence = frame[at] === 1;
    const size = frame.readInt32LE(at + 1);
    if (isSequence) {
      const nameEnd = frame.indexOf(0, at + 5);
      const name = frame.toString('utf8', at + 5, nameEnd);
      command = { ...command, [name]: documentsIn(frame, nameEnd + 1, at + 1 + size) };
    } else {
      // The command comes first in the document: its first key is its name.
      command = { ...documentAt(frame, at + 1), ...command };
    }
    at += 1 + size;
  }
  return { requestId, isQuery: false, command };
}

function documentsIn(frame: Buffer, from: number, to: number): BsonDocument[] {
  const documents: BsonDocument[] = [];
  for (let at = from; at < to; at += frame.readInt32LE(at)) documents.push(documentAt(frame, at));
  return documents;
}

function documentAt(frame: Buffer, at: number): BsonDocument {
  return deserialize(frame.subarray(at, at + frame.readInt32LE(at)), { promoteBuffers: false });
}

/** The answer to a request, in its own kind of frame. */
export function replyFrame(request: WireRequest, reply: BsonDocument): Buffer {
  const body = serialize(reply);
  const prefixBytes = request.isQuery ? 20 : 5;
  const frame = Buffer.alloc(HEADER_BYTES + prefixBytes + body.length);
  frame.writeInt32LE(frame.length, 0);
  frame.writeInt32LE(request.requestId, 8);
  frame.writeInt32LE(request.isQuery ? OP_REPLY : OP_MSG, 12);
  if (request.isQuery) {
    frame.writeInt32LE(8, HEADER_BYTES);
    frame.writeInt32LE(1, HEADER_BYTES + 16);
  }
  frame.set(body, HEADER_BYTES + prefixBytes);
  return frame;
}
