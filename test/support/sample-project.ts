import { readFileSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoryRoot } from './repository.ts';
import { type TemporaryFolder, temporaryFolder } from './temporary-folder.ts';

/**
 * A folder as a reader would have it: the samples of a document, with Meridian as a package beside them.
 *
 * @param document - path within the repository
 * @param names - titles of fenced samples, which are their file names
 */
export async function sampleProject(
  document: string,
  names: readonly string[],
): Promise<TemporaryFolder> {
  const project = await temporaryFolder('sample');
  const modules = join(project.path, 'node_modules');
  await mkdir(join(modules, '@meridian'), { recursive: true });
  await symlink(repositoryRoot, join(modules, 'meridian'), 'junction');
  await symlink(join(repositoryRoot, 'client-sdk'), join(modules, '@meridian/client'), 'junction');
  await symlink(join(repositoryRoot, 'node_modules/@types'), join(modules, '@types'), 'junction');
  await writeFile(join(project.path, 'package.json'), '{ "type": "module" }');
  const base = JSON.parse(readFileSync(join(repositoryRoot, 'tsconfig.json'), 'utf8')) as {
    compilerOptions: object;
  };
  const compilerOptions = { ...base.compilerOptions, lib: ['es2024', 'esnext.disposable', 'dom'] };
  const config = { compilerOptions, files: names };
  await writeFile(join(project.path, 'tsconfig.json'), JSON.stringify(config));
  for (const name of names) await writeFile(join(project.path, name), sampleOf(document, name));
  return project;
}

/** The block of a document that is fenced with this title. */
export function sampleOf(document: string, title: string): string {
  const text = readFileSync(join(repositoryRoot, document), 'utf8');
  const code = text.split(`\`\`\`ts title=${title}\n`)[1]?.split('```')[0];
  if (code === undefined) throw new Error(`${document} has no sample ${title}.`);
  return code;
}
