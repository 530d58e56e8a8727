import type { LogLine, LogQuery } from '../protocol/telemetry.ts';
import { matchesQuery } from './log-query.ts';

/** Lines of a query that says no other number. */
const USUAL_LIMIT = 500;

/**
 * The newest lines of this process' log, for operators who ask. Bounded in bytes, as text: a line is parsed when it is asked for.
 */
export class LogBook {
  readonly #mostBytes: number;
  /** Oldest first, from `#first` on. */
  #lines: string[] = [];
  #first = 0;
  #bytes = 0;

  /** @param mostBytes - of all lines together, as UTF-16 code units: twice as many bytes of memory at worst */
  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(line: string): void {
    // One that alone is more than all may be is not kept.
    if (line.length > this.#mostBytes) return;
    this.#lines.push(line);
    this.#bytes += line.length;
    while (this.#bytes > this.#mostBytes) {
      this.#bytes -= (this.#lines[this.#first] as string).length;
      this.#lines[this.#first] = '';
      this.#first += 1;
    }
    // Now and then, so that forgetting a line costs the same however many there are.
    if (this.#first > 1_024 && this.#first * 2 > this.#lines.length) {
      this.#lines = this.#lines.slice(this.#first);
      this.#first = 0;
    }
  }

  /** The newest lines that are wanted, the oldest first. */
  find(query: LogQuery): readonly LogLine[] {
    const limit = query.limit ?? USUAL_LIMIT;
    const found: LogLine[] = [];
    for (let at = this.#lines.length - 1; at >= this.#first && found.length < limit; at -= 1) {
      const text = this.#lines[at] as string;
      // The text before the parsing: most lines are not looked for.
      if (query.text !== undefined && !hasText(text, query.text)) continue;
      const line = parseLine(text);
      if (line === null) continue;
      // Lines are in the order of time.
      if (query.sinceMs !== undefined && Date.parse(line.time) <= query.sinceMs) break;
      if (matchesQuery(line, query)) found.push(line);
    }
    return found.reverse();
  }
}

function hasText(line: string, text: string): boolean {
  return line.toLowerCase().includes(text.toLowerCase());
}

function parseLine(text: string): LogLine | null {
  try {
    return JSON.parse(text) as LogLine;
  } catch {
    // Cut in half by whoever wrote it: nothing of a log is worth failing for.
    return null;
  }
}
