import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const COMMENT = String.raw`/\*\*((?:(?!\*/)[\s\S])*)\*/\s*`;

/** What the doc comments of source files say, so that the reference and the code have one text. */
export class DocComments {
  readonly #source: string;

  /** @param paths - relative to the repository */
  constructor(...paths: readonly string[]) {
    this.#source = paths.map((path) => readFileSync(join(ROOT, path), 'utf8')).join('\n');
  }

  /** Of `export const <name>`; empty when it has none. */
  ofConst(name: string): string {
    const match = new RegExp(`${COMMENT}export const ${name}\\b`).exec(this.#source);
    return flatten(match?.[1] ?? '');
  }

  /** Of the keys inside `export const <name>`. */
  ofKeys(name: string): ReadonlyMap<string, string> {
    const start = this.#source.indexOf(`export const ${name} `);
    if (start < 0) throw new Error(`There is no const ${name}.`);
    const end = this.#source.indexOf('\nexport ', start + 1);
    const body = this.#source.slice(start, end < 0 ? undefined : end);
    const keys = body.matchAll(new RegExp(`${COMMENT}(\\w+):`, 'g'));
    return new Map([...keys].map(([, text = '', key = '']) => [key, flatten(text)]));
  }
}

/** One paragraph, without the stars. */
function flatten(comment: string): string {
  return comment
    .split('\n')
    .map((line) => line.replace(/^\s*\*? ?/, '').trim())
    .filter((line) => line !== '')
    .join(' ');
}
