import { crc32 } from 'node:zlib';

// One entry of a room's journal, as it is stored:
//
//   [magic u8 = 0xA7][version u8 = 1][kind u8][reserved u8]
//   [at f64 LE][elapsed f64 LE][nextRefId u32 LE][metaBytes u32 LE]
//   [meta: UTF-8 JSON][state: schema bytes][crc32 of all before, u32 LE]
//
// `state` of a checkpoint is a full state, of a patch the change set of one flush, both in Colyseus' wire format with what
// views hide included. Store and room add nothing to it.

export const JOURNAL_VERSION = 1;
const MAGIC = 0xa7;
const HEADER_BYTES = 28;
const CRC_BYTES = 4;
const KINDS = ['checkpoint', 'patch'] as const;

export interface JournalEntry {
  readonly kind: (typeof KINDS)[number];
  /** The region's clock when it was written (`NodeLease.clusterNowMs`), ms since the epoch. */
  readonly atMs: number;
  /** The room's clock, ms since the room was made. */
  readonly elapsedMs: number;
  /** First refId that no object of the room ever had: ids are never given twice. */
  readonly nextRefId: number;
  /** What is not state: see `CheckpointMeta` and `PatchMeta`. */
  readonly meta: Readonly<Record<string, unknown>>;
  readonly state: Uint8Array;
}

export type JournalFault = 'corrupt' | 'foreign-version';

/** A journal that cannot be read, and why. Nothing of it may be used. */
export class JournalError extends Error {
  readonly fault: JournalFault;

  constructor(fault: JournalFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'JournalError';
    this.fault = fault;
  }
}

/** @returns owned bytes: `entry.state` is copied */
export function encodeJournalEntry(entry: JournalEntry): Buffer {
  const meta = JSON.stringify(entry.meta);
  const metaBytes = Buffer.byteLength(meta);
  const endOfState = HEADER_BYTES + metaBytes + entry.state.length;
  const bytes = Buffer.allocUnsafe(endOfState + CRC_BYTES);
  bytes[0] = MAGIC;
  bytes[1] = JOURNAL_VERSION;
  bytes[2] = KINDS.indexOf(entry.kind);
  bytes[3] = 0;
  bytes.writeDoubleLE(entry.atMs, 4);
  bytes.writeDoubleLE(entry.elapsedMs, 12);
  bytes.writeUInt32LE(entry.nextRefId, 20);
  bytes.writeUInt32LE(metaBytes, 24);
  bytes.write(meta, HEADER_BYTES);
  bytes.set(entry.state, HEADER_BYTES + metaBytes);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, endOfState)), endOfState);
  return bytes;
}

/** @throws {JournalError} `corrupt` for bytes that are torn or no entry, `foreign-version` for one of another build's format */
export function decodeJournalEntry(bytes: Buffer): JournalEntry {
  if (bytes.length < HEADER_BYTES + CRC_BYTES || bytes[0] !== MAGIC) {
    throw new JournalError('corrupt', 'These bytes are no journal entry.');
  }
  if (bytes[1] !== JOURNAL_VERSION) {
    throw new JournalError(
      'foreign-version',
      `Format ${bytes[1]}; this build reads ${JOURNAL_VERSION}.`,
    );
  }
  const endOfState = bytes.length - CRC_BYTES;
  if (crc32(bytes.subarray(0, endOfState)) !== bytes.readUInt32LE(endOfState)) {
    throw new JournalError('corrupt', 'A journal entry is torn: its checksum does not fit.');
  }
  const kind = KINDS[bytes[2] as number];
  const metaBytes = bytes.readUInt32LE(24);
  if (kind === undefined || HEADER_BYTES + metaBytes > endOfState) {
    throw new JournalError('corrupt', 'A journal entry contradicts itself.');
  }
  const endOfMeta = HEADER_BYTES + metaBytes;
  return {
    kind,
    atMs: bytes.readDoubleLE(4),
    elapsedMs: bytes.readDoubleLE(12),
    nextRefId: bytes.readUInt32LE(20),
    meta: JSON.parse(bytes.toString('utf8', HEADER_BYTES, endOfMeta)) as Record<string, unknown>,
    state: bytes.subarray(endOfMeta, endOfState),
  };
}
