// The hand-written wire of the raw `ws` contender: what a developer does who wants bytes and no framework.
//
//   welcome:  [0][own id u8]
//   input:    [1][moveX i8][moveY i8][turn f32][seq u16]                                   little-endian
//   snapshot: [2][n u8] n × [id u8][x f32][y f32][angle f32][seq u16][hp u8][score u16]

import type { Body } from './game.ts';

export const PackedKind = { WELCOME: 0, INPUT: 1, SNAPSHOT: 2 } as const;

const HEAD_BYTES = 2;
const ENTITY_BYTES = 18;
const SEQ_OFFSET = 13;
export const PACKED_INPUT_BYTES = 9;
/** Where the input's number lies in the input message. */
export const PACKED_INPUT_SEQ_OFFSET = 7;

export function packSnapshot(
  players: readonly { readonly id: number; readonly body: Body }[],
): Buffer {
  const bytes = Buffer.allocUnsafe(HEAD_BYTES + players.length * ENTITY_BYTES);
  bytes[0] = PackedKind.SNAPSHOT;
  bytes[1] = players.length;
  let offset = HEAD_BYTES;
  for (const { id, body } of players) {
    bytes[offset] = id;
    bytes.writeFloatLE(body.x, offset + 1);
    bytes.writeFloatLE(body.y, offset + 5);
    bytes.writeFloatLE(body.angle, offset + 9);
    bytes.writeUInt16LE(body.seq, offset + SEQ_OFFSET);
    bytes[offset + 15] = body.hp;
    bytes.writeUInt16LE(body.score, offset + 16);
    offset += ENTITY_BYTES;
  }
  return bytes;
}

/** Entities in a snapshot, and the newest input of player `id` it contains; −1 when he is not in it. */
export function readSnapshot(bytes: Uint8Array, id: number): { entities: number; seq: number } {
  const entities = bytes[1] as number;
  for (let i = 0; i < entities; i++) {
    const offset = HEAD_BYTES + i * ENTITY_BYTES;
    if (bytes[offset] !== id) continue;
    const low = bytes[offset + SEQ_OFFSET] as number;
    return { entities, seq: low | ((bytes[offset + SEQ_OFFSET + 1] as number) << 8) };
  }
  return { entities, seq: -1 };
}

export function packInput(moveX: number, moveY: number, turn: number, seq: number): Buffer {
  const bytes = Buffer.alloc(PACKED_INPUT_BYTES);
  bytes[0] = PackedKind.INPUT;
  bytes.writeInt8(moveX, 1);
  bytes.writeInt8(moveY, 2);
  bytes.writeFloatLE(turn, 3);
  bytes.writeUInt16LE(seq, PACKED_INPUT_SEQ_OFFSET);
  return bytes;
}
