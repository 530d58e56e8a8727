import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, cp, lstat, mkdir, readlink, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { repositoryFiles, repositoryRoot } from './repository.ts';
import { temporaryFolder } from './temporary-folder.ts';

const run = promisify(execFile);

/**
 * The repository as somebody would get it who clones it now, with what is installed already: a place where tests may break
 * things. Nothing is downloaded. Gone with its scope.
 */
export async function repositoryCopy(): Promise<AsyncDisposable & { readonly path: string }> {
  const copy = await temporaryFolder('copy');
  for (const file of repositoryFiles()) {
    const source = join(repositoryRoot, file);
    // A file that is deleted and not yet committed is still listed.
    if (!existsSync(source)) continue;
    const target = join(copy.path, file);
    await mkdir(dirname(target), { recursive: true });
    if ((await lstat(source)).isSymbolicLink()) await symlink(await readlink(source), target);
    else await copyFile(source, target);
  }
  for (const folder of ['node_modules', '.toolchain']) {
    const source = join(repositoryRoot, folder);
    if (existsSync(source)) await linkFolder(source, join(copy.path, folder));
  }
  await rm(join(copy.path, '.toolchain/setup.lock'), { force: true });
  return copy;
}

/** A copy whose files are links to the same bytes: hundreds of megabytes in a second. */
async function linkFolder(source: string, target: string): Promise<void> {
  try {
    await run('cp', ['-al', source, target]);
  } catch {
    // Another file system, or a `cp` without links: real copies then. `-al` may have left a part.
    await rm(target, { recursive: true, force: true });
    await cp(source, target, { recursive: true, verbatimSymlinks: true });
  }
}
