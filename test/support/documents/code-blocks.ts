import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../repository.ts';

/** A fenced block of a document. */
export interface CodeBlock {
  /** As in the fence: `ts`, `sh`. Empty when it says nothing. */
  readonly language: string;
  /** The file that the reader saves it as; null when it is none. */
  readonly title: string | null;
  /** Other words of the fence. */
  readonly words: readonly string[];
  readonly code: string;
  /** Of the first line of the code, from 1. */
  readonly line: number;
  /** Text of the comment `<!-- given: … -->` in the line above the fence: what the page takes for known. */
  readonly given: string | null;
}

const FENCE = /(?:^<!-- given:((?:(?!-->)[\s\S])*)-->\n)?^```([^\n]*)\n([\s\S]*?)^```$/gm;

/** Blocks of a Markdown text, in their order. */
export function codeBlocks(markdown: string): CodeBlock[] {
  return [...markdown.matchAll(FENCE)].map((match) => {
    const [whole, given, info = '', code = ''] = match;
    const [language = '', ...words] = info.trim().split(/\s+/);
    const title = words.find((word) => word.startsWith('title='))?.slice('title='.length) ?? null;
    const before = markdown.slice(0, match.index + whole.length - code.length - '```'.length);
    return {
      language,
      title,
      words: words.filter((word) => !word.startsWith('title=')),
      code,
      line: before.split('\n').length,
      given: given?.trim() ?? null,
    };
  });
}

/** @param document - path within the repository */
export function codeBlocksOf(document: string): CodeBlock[] {
  return codeBlocks(readFileSync(join(repositoryRoot, document), 'utf8'));
}
