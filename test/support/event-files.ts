import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EventRecord } from '../../src/analytics/event-record.ts';
import { parseJson } from '../../src/shared/parse-json.ts';

export interface EventFiles {
  /** As delivered, doubles included, by file and line. */
  readonly events: readonly EventRecord[];
  readonly files: readonly string[];
  /** Lines that are no event, without those that a kill has cut: the last one of a file, without its end. */
  readonly broken: readonly string[];
}

/** What a reader of the folder finds. */
export async function readEventFiles(folder: string): Promise<EventFiles> {
  const files = (await readdir(folder).catch(() => [])).toSorted();
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  const lines = texts.flatMap((text) => text.split('\n').slice(0, -1));
  const parsed = lines.map((line) => ({ line, event: parseJson(EventRecord, line) }));
  return {
    files,
    events: parsed.flatMap(({ event }) => (event === null ? [] : [event])),
    broken: parsed.filter(({ event }) => event === null).map(({ line }) => line),
  };
}
