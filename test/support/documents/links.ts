import { dirname, normalize } from 'node:path';

/** What the check asks of the repository. */
export interface LinkTargets {
  /** Whether there is such a file or folder; path within the repository. */
  exists(path: string): boolean;
  /** Text of a Markdown file that exists. */
  read(path: string): string;
}

export interface LinkCheck {
  /** Each as `<document>: <link>`. */
  readonly broken: readonly string[];
  /** Links that were looked at. */
  readonly checked: number;
}

/** `[text](target)`, `![text](target)`, and the target in `<>`. */
const LINK = /\]\(<?([^)>\s]+)>?(?:\s+"[^"]*")?\)/g;
/** A document that a comment or text of any file names: `docs/spec/rooms.md`, with an anchor or without. */
const MENTION = /(?<![\w/.-])docs\/[\w./-]+\.md\b/g;

/** Links of Markdown documents that lead to no file, or to no heading of it. Links to other hosts are not followed. */
export function checkLinks(
  documents: ReadonlyMap<string, string>,
  targets: LinkTargets,
): LinkCheck {
  const broken: string[] = [];
  let checked = 0;
  for (const [path, text] of documents) {
    for (const [, link = ''] of withoutCode(text).matchAll(LINK)) {
      if (/^[a-z][a-z0-9+.-]*:/.test(link)) continue;
      checked += 1;
      if (!leadsSomewhere(path, link, documents, targets)) broken.push(`${path}: ${link}`);
    }
  }
  return { broken, checked };
}

/** Documents of this repository that a file names and that are not there. */
export function checkMentions(files: ReadonlyMap<string, string>, targets: LinkTargets): LinkCheck {
  const broken: string[] = [];
  let checked = 0;
  for (const [path, text] of files) {
    for (const [mention] of text.matchAll(MENTION)) {
      checked += 1;
      if (!targets.exists(mention)) broken.push(`${path}: ${mention}`);
    }
  }
  return { broken, checked };
}

function leadsSomewhere(
  from: string,
  link: string,
  documents: ReadonlyMap<string, string>,
  { exists, read }: LinkTargets,
): boolean {
  const [file = '', anchor] = link.split('#');
  const path = file === '' ? from : normalize(`${dirname(from)}/${decodeURI(file)}`);
  if (!documents.has(path) && !exists(path)) return false;
  if (anchor === undefined || !path.endsWith('.md')) return true;
  return anchorsOf(documents.get(path) ?? read(path)).has(anchor);
}

/** The anchors that GitHub gives to headings: small letters, spaces to dashes, other signs gone, `-1` after the second of a kind. */
export function anchorsOf(markdown: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of withoutFences(markdown).matchAll(/^#{1,6} +(.*?)(?: +#+)?$/gm)) {
    const slug = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .trim()
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M} _-]/gu, '')
      .replaceAll(' ', '-');
    let anchor = slug;
    for (let again = 1; anchors.has(anchor); again += 1) anchor = `${slug}-${again}`;
    anchors.add(anchor);
  }
  return anchors;
}

function withoutFences(markdown: string): string {
  return markdown.replace(/^```[\s\S]*?^```/gm, '');
}

function withoutCode(markdown: string): string {
  return withoutFences(markdown)
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/`[^`\n]*`/g, '');
}
