import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { parseSync } from 'vite';

// The packages' exports with their signatures and doc comments, read from the sources: the compiler's own API is not stable yet, and
// documentation tools wait for it. What a type is inferred to be is not said; what is written is.

const ROOT = join(import.meta.dirname, '../..');

/** One name that a package exports. */
export interface ApiEntry {
  readonly name: string;
  readonly kind: 'class' | 'interface' | 'type' | 'function' | 'const';
  /** Doc comment without its stars; empty when there is none. */
  readonly doc: string;
  /** Declaration without bodies and private members, doc comments of its members included. */
  readonly signature: string;
  /** Path of the source file within the repository. */
  readonly file: string;
}

/** One name that another package declares. */
export interface ForeignEntry {
  readonly name: string;
  readonly from: string;
}

export interface PublicApi {
  readonly entries: readonly ApiEntry[];
  readonly foreign: readonly ForeignEntry[];
}

/** What this needs of the parser's nodes (ESTree with TypeScript). */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

const KINDS: Readonly<Record<string, ApiEntry['kind']>> = {
  ClassDeclaration: 'class',
  TSInterfaceDeclaration: 'interface',
  TSTypeAliasDeclaration: 'type',
  FunctionDeclaration: 'function',
  VariableDeclaration: 'const',
};

/** @param entry - module whose exports are meant, path within the repository */
export function publicApi(entry: string): PublicApi {
  const entries: ApiEntry[] = [];
  const foreign: ForeignEntry[] = [];
  for (const { name, from } of reExports(new Source(entry))) {
    const found = resolveExport(from, name);
    if ('from' in found) foreign.push(found);
    else entries.push(found);
  }
  const byName = (a: { readonly name: string }, b: { readonly name: string }) =>
    a.name < b.name ? -1 : 1;
  return { entries: entries.sort(byName), foreign: foreign.sort(byName) };
}

/** A parsed file. */
class Source {
  readonly file: string;
  readonly text: string;
  readonly body: readonly Node[];

  constructor(file: string) {
    this.file = file;
    this.text = readFileSync(join(ROOT, file), 'utf8');
    const { program, errors } = parseSync(file, this.text);
    if (errors.length > 0) throw new Error(`${file} cannot be parsed.`);
    this.body = program.body as unknown as readonly Node[];
  }

  slice(start: number, end: number): string {
    return this.text.slice(start, end);
  }

  /** The doc comment that ends right before a place. */
  commentBefore(start: number): string {
    return /\/\*\*(?:(?!\*\/)[\s\S])*\*\/(?=\s*$)/.exec(this.text.slice(0, start))?.[0] ?? '';
  }
}

function reExports(source: Source): { readonly name: string; readonly from: string }[] {
  return source.body
    .filter((node) => node.type === 'ExportNamedDeclaration' && node['source'] !== null)
    .flatMap((node) => {
      const target = String((node['source'] as Node)['value']);
      const from = target.startsWith('.') ? normalize(join(dirname(source.file), target)) : target;
      return (node['specifiers'] as Node[]).map((specifier) => ({
        name: String((specifier['exported'] as Node)['name']),
        from,
      }));
    });
}

function resolveExport(from: string, name: string): ApiEntry | ForeignEntry {
  if (!existsSync(join(ROOT, from))) return { name, from };
  const source = new Source(from);
  const again = reExports(source).find((exported) => exported.name === name);
  if (again !== undefined) return resolveExport(again.from, name);
  const found = source.body.flatMap((statement) => {
    const declared = statement['declaration'] as Node | null | undefined;
    return declared && namesOf(declared).includes(name)
      ? [{ node: statement, declaration: declared }]
      : [];
  });
  // A schema and the type of its instances have one name: the value is what a reader looks for.
  const chosen = found.find((one) => one.declaration.type === 'VariableDeclaration') ?? found[0];
  if (chosen === undefined) throw new Error(`${from} does not declare ${name}.`);
  const { node, declaration } = chosen;
  const kind = KINDS[declaration.type];
  if (kind === undefined) throw new Error(`${name} is a ${declaration.type}.`);
  return {
    name,
    kind,
    doc: withoutStars(source.commentBefore(node.start)),
    signature: signatureOf(source, declaration),
    file: from,
  };
}

function namesOf(declaration: Node): string[] {
  if (declaration.type !== 'VariableDeclaration') return [nameOf(declaration['id'])];
  return (declaration['declarations'] as Node[]).map((one) => nameOf(one['id']));
}

function nameOf(node: unknown): string {
  return String((node as Node | null)?.['name'] ?? '');
}

function signatureOf(source: Source, declaration: Node): string {
  switch (declaration.type) {
    case 'ClassDeclaration':
      return classSignature(source, declaration);
    case 'FunctionDeclaration':
      return withoutBody(source, declaration, declaration['body'] as Node | null);
    default:
      return source.slice(declaration.start, declaration.end);
  }
}

function classSignature(source: Source, declaration: Node): string {
  const body = declaration['body'] as Node;
  const head = source.slice(declaration.start, body.start).trimEnd();
  const members = (body['body'] as Node[])
    .filter((member) => !isHidden(source, member))
    .map((member) => memberSignature(source, member));
  return [`${head} {`, ...members, '}'].join('\n');
}

function isHidden(source: Source, member: Node): boolean {
  const key = member['key'] as Node | undefined;
  return (
    member.type === 'StaticBlock' ||
    key?.type === 'PrivateIdentifier' ||
    member['accessibility'] === 'private' ||
    member['computed'] === true ||
    nameOf(key).startsWith('_') ||
    /@internal|`room\.\w+\(\)` makes these/.test(source.commentBefore(member.start))
  );
}

function memberSignature(source: Source, member: Node): string {
  const comment = source.commentBefore(member.start);
  const value = member['value'] as Node | null;
  const isMethod =
    member.type === 'MethodDefinition' || member.type === 'TSAbstractMethodDefinition';
  const text = isMethod
    ? withoutBody(source, member, (value?.['body'] as Node | null) ?? null)
    : propertySignature(source, member, value);
  return [...(comment === '' ? [] : [comment]), text]
    .flatMap((part) => part.split('\n'))
    .map((line) => (/^\s/.test(line) ? line : `  ${line}`))
    .join('\n');
}

/** Without its value where its type is written, or where the value is a page of its own. */
function propertySignature(source: Source, member: Node, value: Node | null): string {
  const text = source.slice(member.start, member.end);
  if (value === null) return text;
  const isTyped = (member['typeAnnotation'] ?? null) !== null;
  const isLong = source.slice(value.start, value.end).includes('\n');
  if (!isTyped && !isLong) return text;
  return `${source.slice(member.start, value.start).replace(/\s*=\s*$/, '')};`;
}

function withoutBody(source: Source, node: Node, body: Node | null): string {
  const end = body?.start ?? node.end;
  return `${source.slice(node.start, end).trim().replace(/;$/, '')};`;
}

function withoutStars(comment: string): string {
  return comment
    .replace(/^\/\*\*|\*\/$/g, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, ''))
    .join('\n')
    .trim();
}
