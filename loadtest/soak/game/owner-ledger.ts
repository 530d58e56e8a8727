// Who stepped which room, and from when to when, as the processes themselves write it down at each step: whatever becomes of the ways
// to them, of their Redis and of the process, it stays. A file for each process, of records of 64 bytes:
//
//   0  room's id, ASCII, padded with zeros    32  life, u32    36  1: the game ended the room, u32
//   40 first step, f64    48 newest step, f64 (machine's clock, ms)    56 nothing
//
// A record is written again in place with each step, so that an hour of rooms is some kilobytes.

import { closeSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { machineNowMs } from '../../machine/machine-clock.ts';

const RECORD_BYTES = 64;
const ROOM_ID_BYTES = 32;
const LIFE_AT = 32;
const IS_OVER_AT = 36;
const FIRST_AT = 40;
const NEWEST_AT = 48;
const EXTENSION = '.ledger';

/** A process that stepped a room, from its first step to its newest. Moments are of the machine's clock, ms. */
export interface Reign {
  readonly roomId: string;
  readonly pid: number;
  /** How often the room had been brought back or moved. */
  readonly life: number;
  readonly fromMs: number;
  readonly toMs: number;
  /** Whether the game ended the room in it. */
  readonly isOver: boolean;
}

/** The records of one process. */
export class OwnerLedger implements Disposable {
  readonly #file: number;
  #records = 0;

  /** @param folder - exists */
  static open(folder: string): OwnerLedger {
    // A number of a process is given again in a long run, a moment is not.
    const name = `${process.pid}-${Math.round(machineNowMs())}${EXTENSION}`;
    return new OwnerLedger(openSync(join(folder, name), 'w'));
  }

  private constructor(file: number) {
    this.#file = file;
  }

  /** Begins a record for a room that this process leads now. */
  enter(roomId: string, life: number): LedgerEntry {
    return new LedgerEntry(this.#file, this.#records++ * RECORD_BYTES, roomId, life);
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }
}

/** One record. */
export class LedgerEntry {
  readonly #file: number;
  readonly #position: number;
  readonly #record = Buffer.alloc(RECORD_BYTES);

  constructor(file: number, position: number, roomId: string, life: number) {
    this.#file = file;
    this.#position = position;
    this.#record.write(roomId, 0, ROOM_ID_BYTES, 'latin1');
    this.#record.writeUInt32LE(life, LIFE_AT);
  }

  /** Written at once: a process that is killed in the next moment has written it. */
  stepped(atMs: number): void {
    if (this.#record.readDoubleLE(FIRST_AT) === 0) this.#record.writeDoubleLE(atMs, FIRST_AT);
    this.#record.writeDoubleLE(atMs, NEWEST_AT);
    this.#write();
  }

  /** The game ends the room, be it before its first step here. */
  over(atMs: number): void {
    this.#record.writeUInt32LE(1, IS_OVER_AT);
    this.stepped(atMs);
  }

  #write(): void {
    writeSync(this.#file, this.#record, 0, RECORD_BYTES, this.#position);
  }
}

/** Everything that all processes wrote down. A record that is half written belongs to a process that was killed, and is left out. */
export function readLedgers(folder: string): readonly Reign[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(EXTENSION))
    .flatMap((name) => reignsOf(readFileSync(join(folder, name)), Number.parseInt(name, 10)));
}

function reignsOf(bytes: Buffer, pid: number): Reign[] {
  const reigns: Reign[] = [];
  for (let at = 0; at + RECORD_BYTES <= bytes.length; at += RECORD_BYTES) {
    const record = bytes.subarray(at, at + RECORD_BYTES);
    const fromMs = record.readDoubleLE(FIRST_AT);
    if (fromMs === 0) continue;
    reigns.push({
      roomId: record.toString('latin1', 0, ROOM_ID_BYTES).replace(/\0+$/, ''),
      pid,
      life: record.readUInt32LE(LIFE_AT),
      fromMs,
      toMs: record.readDoubleLE(NEWEST_AT),
      isOver: record.readUInt32LE(IS_OVER_AT) === 1,
    });
  }
  return reigns;
}
