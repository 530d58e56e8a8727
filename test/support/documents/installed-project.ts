import { execFile } from 'node:child_process';
import { mkdir, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repositoryRoot } from '../repository.ts';

const run = promisify(execFile);

/** Packages of a project that `meridian init` has made, each with how the name of its archive goes. */
const PACKED = [
  ['meridian', /^meridian-\d.*\.tgz$/],
  ['@meridian/client', /^meridian-client-.*\.tgz$/],
] as const;

/**
 * What `npm install` would make in such a project, without a registry and in a second: the two packages out of their archives,
 * everything else linked to what this repository has.
 */
export async function installWithoutRegistry(project: string): Promise<void> {
  const installed = join(repositoryRoot, 'node_modules');
  const modules = join(project, 'node_modules');
  await mkdir(join(modules, '.bin'), { recursive: true });
  for (const name of await readdir(installed)) {
    if (name.startsWith('.') || name === '@meridian') continue;
    await symlink(join(installed, name), join(modules, name));
  }
  for (const name of await readdir(join(installed, '.bin'))) {
    await symlink(join(installed, '.bin', name), join(modules, '.bin', name));
  }
  for (const [name, archive] of PACKED) {
    const folder = join(modules, name);
    await mkdir(folder, { recursive: true });
    const [file = ''] = (await readdir(join(project, 'vendor'))).filter((one) => archive.test(one));
    const path = join(project, 'vendor', file);
    await run('tar', ['-xzf', path, '--strip-components=1', '-C', folder]);
  }
  await symlink('../meridian/bin/meridian.js', join(modules, '.bin/meridian'));
}
