import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../shared/clock.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { EventSink, SinkOutcome } from './event-sink.ts';
import { type KeptFile, planRetention } from './plan-retention.ts';

// Files of NDJSON, an event a line, each written by one node:
//
//   events-20261129T101500123Z-<node>-1.ndjson     full, or old: whole
//   events-20261129T111500456Z-<node>-2.ndjson     being written; after a kill its last line may be cut, and that event comes again elsewhere
//
// A line is on disk before its event is acknowledged. A write that fails (disk full) is taken back, and its file ends there.

const FILE_NAME = /^events-\d{8}T\d{9}Z-.+\.ndjson$/;

export interface FileSinkOptions {
  /** Made when it is not there. */
  readonly folder: string;
  readonly nodeId: string;
  /** Size after which a new file is begun, bytes. */
  readonly fileMaxBytes: number;
  /** Age after which a new file is begun, ms. */
  readonly fileMaxAgeMs: number;
  /** All files of the folder together, bytes; the oldest go. */
  readonly folderMaxBytes: number;
  /** Age after which a file goes, ms. */
  readonly keepMs: number;
}

/** What of an open file is used here. */
export interface SinkFile {
  appendFile(data: Uint8Array): Promise<void>;
  datasync(): Promise<void>;
  truncate(bytes: number): Promise<void>;
  stat(): Promise<{ readonly nlink: number }>;
  close(): Promise<void>;
}

export type OpenSinkFile = (path: string) => Promise<SinkFile>;

interface OpenFile {
  readonly path: string;
  readonly file: SinkFile;
  readonly sinceMs: number;
  bytes: number;
}

/** Events in a folder of this machine, rotated by size and age, and bounded. */
export class FileEventSink implements EventSink {
  readonly #options: FileSinkOptions;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #open: OpenSinkFile;
  #current: OpenFile | null = null;
  #files = 0;

  /** @param deps.open - opens a new file to append to */
  constructor(
    deps: { readonly clock: Clock; readonly log: Logger; readonly open?: OpenSinkFile },
    options: FileSinkOptions,
  ) {
    this.#options = options;
    this.#clock = deps.clock;
    this.#log = deps.log;
    this.#open = deps.open ?? ((path) => open(path, 'ax'));
  }

  async write(lines: readonly string[]): Promise<SinkOutcome> {
    try {
      const current = await this.#fileToWrite();
      const data = Buffer.from(`${lines.join('\n')}\n`);
      await current.file.appendFile(data);
      await current.file.datasync();
      current.bytes += data.length;
      return { kind: 'written' };
    } catch (error) {
      await this.#giveUpFile();
      return { kind: 'failed', reason: codeOf(error) };
    }
  }

  async close(): Promise<void> {
    await this.#current?.file.close();
    this.#current = null;
  }

  async #fileToWrite(): Promise<OpenFile> {
    const { fileMaxBytes, fileMaxAgeMs, folder, nodeId } = this.#options;
    const nowMs = this.#clock.monotonicMs();
    if (this.#current !== null) {
      const { file, bytes, sinceMs } = this.#current;
      const isFull = bytes >= fileMaxBytes || nowMs - sinceMs >= fileMaxAgeMs;
      // Somebody has moved it away, or deleted it: what is written to it is nowhere.
      if (!isFull && (await file.stat()).nlink > 0) return this.#current;
      await this.close();
    }
    await mkdir(folder, { recursive: true });
    await this.#tidy();
    this.#files += 1;
    const at = new Date(this.#clock.wallMs()).toISOString().replaceAll(/[-:.]/g, '');
    const path = join(folder, `events-${at}-${nodeId}-${this.#files}.ndjson`);
    this.#current = { path, file: await this.#open(path), sinceMs: nowMs, bytes: 0 };
    return this.#current;
  }

  /** What was not written whole goes, so that no line is cut in the midst of a file. */
  async #giveUpFile(): Promise<void> {
    const current = this.#current;
    this.#current = null;
    if (current === null) return;
    try {
      await current.file.truncate(current.bytes);
      // Each try on a full disk would leave another one.
      if (current.bytes === 0) await rm(current.path, { force: true });
    } catch (error) {
      this.#log.warn({ reason: codeOf(error) }, 'an analytics file may end in a cut line');
    } finally {
      await current.file.close().catch(() => undefined);
    }
  }

  /** Before there is one more: so the folder holds `folderMaxBytes` and what is being written. */
  async #tidy(): Promise<void> {
    const { folder, folderMaxBytes, keepMs } = this.#options;
    const names = (await readdir(folder)).filter((name) => FILE_NAME.test(name));
    const files = await Promise.all(names.map((name) => keptFile(folder, name)));
    const gone = planRetention(
      files.filter((file) => file !== null),
      { mostBytes: folderMaxBytes, keepMs, nowMs: this.#clock.wallMs() },
    );
    for (const name of gone) await rm(join(folder, name), { force: true });
    if (gone.length > 0) this.#log.info({ files: gone.length }, 'old analytics files removed');
  }
}

/** @returns null when another node has just removed it */
async function keptFile(folder: string, name: string): Promise<KeptFile | null> {
  try {
    const { size, mtimeMs } = await stat(join(folder, name));
    return { name, bytes: size, changedAtMs: mtimeMs };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException | null)?.code ?? 'unknown';
}
