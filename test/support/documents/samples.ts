import { readFileSync } from 'node:fs';
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runCommand } from '../command.ts';
import { repositoryRoot } from '../repository.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { type CodeBlock, codeBlocks } from './code-blocks.ts';

/** The word after `ts` of a fence whose code is no code yet: with gaps that only words can fill. */
export const SKETCH = 'sketch';

/** What the samples of a reader may import. */
const PACKAGES = {
  meridian: '.',
  '@meridian/client': 'client-sdk',
  '@types': 'node_modules/@types',
  vite: 'node_modules/vite',
  vitest: 'node_modules/vitest',
  zod: 'node_modules/zod',
} as const;
/** Documents whose samples belong into a project that `meridian init` makes. */
const IN_TEMPLATE = ['docs/getting-started.md'];

export interface SampleCheck {
  /** Each as `<document>:<line>: <what the compiler says>`. */
  readonly problems: readonly string[];
  /** Samples that were looked at. */
  readonly checked: number;
}

/**
 * Type-checks all `ts` samples of documents against the packages, strictly, in one run of the compiler. A sample is a module of its own,
 * or the file that its title names; what it takes for known stands in a comment above it, `<!-- given: declare const … -->`.
 *
 * @param documents - text by path within the repository
 */
export async function checkSamples(documents: ReadonlyMap<string, string>): Promise<SampleCheck> {
  await using project = await temporaryFolder('samples');
  const samples = new Map<string, { readonly document: string; readonly firstLine: number }>();
  for (const [document, text] of documents) {
    if (IN_TEMPLATE.includes(document)) {
      const folder = join(project.path, folderOf(document));
      await cp(join(repositoryRoot, 'templates/game/src'), join(folder, 'src'), {
        recursive: true,
      });
      await cp(join(repositoryRoot, 'templates/game/test'), join(folder, 'test'), {
        recursive: true,
      });
    }
    for (const block of codeBlocks(text)) {
      if (block.language !== 'ts' || block.words.includes(SKETCH)) continue;
      const file = `${folderOf(document)}/${block.title ?? `block-${block.line}.ts`}`;
      const { source, before } = moduleOf(block);
      samples.set(file, { document, firstLine: block.line - before });
      await mkdir(dirname(join(project.path, file)), { recursive: true });
      await writeFile(join(project.path, file), source);
    }
  }
  await link(project.path, [...samples.keys()]);
  const tsc = join(repositoryRoot, 'node_modules/typescript/bin/tsc');
  const { stdout, exitCode } = await runCommand(process.execPath, [tsc, '-p', '.'], {
    cwd: project.path,
    env: process.env,
  });
  const problems = stdout.split('\n').flatMap((line) => {
    const [, file = '', at = '', message = ''] = /^(\S+)\((\d+),\d+\): (.*)$/.exec(line) ?? [];
    if (file === '') return [];
    const sample = samples.get(file);
    if (sample === undefined) return [line];
    return [`${sample.document}:${sample.firstLine + Number(at) - 1}: ${message}`];
  });
  if (exitCode !== 0 && problems.length === 0) throw new Error(`The compiler failed:\n${stdout}`);
  return { problems, checked: samples.size };
}

async function link(project: string, files: readonly string[]): Promise<void> {
  for (const [name, target] of Object.entries(PACKAGES)) {
    const path = join(project, 'node_modules', name);
    await mkdir(dirname(path), { recursive: true });
    await symlink(join(repositoryRoot, target), path, 'junction');
  }
  // For the few samples that say that they are of the inside.
  await symlink(join(repositoryRoot, 'src'), join(project, 'src'), 'junction');
  await writeFile(join(project, 'package.json'), '{ "type": "module" }');
  const base = JSON.parse(readFileSync(join(repositoryRoot, 'tsconfig.json'), 'utf8')) as {
    compilerOptions: object;
  };
  const compilerOptions = {
    ...base.compilerOptions,
    lib: ['es2024', 'esnext.disposable', 'dom', 'dom.iterable'],
    types: ['node', 'vite/client'],
  };
  await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
}

function folderOf(document: string): string {
  return document.replaceAll('/', '__');
}

/** @returns the block as a module, and how many lines stand before its code */
function moduleOf({ code, given }: CodeBlock): { source: string; before: number } {
  const before = given === null ? '' : `${given}\n`;
  return { source: `${before}${code}export {};\n`, before: before.split('\n').length - 1 };
}
