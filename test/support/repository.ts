import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';

/** The folder of the repository under test. */
export const repositoryRoot = resolve(import.meta.dirname, '../..');

/** Files git would commit: tracked ones, and new ones that no `.gitignore` names. Paths are relative to the root. */
export function repositoryFiles(root: string = repositoryRoot): string[] {
  const listing = execFileSync(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate'],
    { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  return listing.split('\0').filter((path) => path !== '');
}
