// Images of this machine's own programs, in the place of those that a registry would give: what the Dockerfile and infra/kubernetes name, made of
// a program, the libraries that it loads and little else. For tests only: nobody should run them for players.

import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { cp, mkdir, realpath, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from '../../../bin/setup/find-program.ts';
import { findRedisServer } from '../../../bin/setup/test-tools.ts';
import type { ContainerEngine } from './container-engine.ts';

const run = promisify(execFile);

export interface BaseImage {
  readonly name: string;
  /** Lays its files out. */
  readonly fill: (folder: string) => Promise<void>;
}

const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';

/** In the place of Node's image: Node, npm, a shell and what the Dockerfile's RUNs call. npm takes what it has fetched before. */
export function nodeBase(name: string): BaseImage {
  return {
    name,
    fill: async (folder) => {
      await copyProgram(process.execPath, folder, '/usr/local/bin/node');
      for (const program of ['sh', 'find', 'rm', 'env']) {
        await copyProgram(pathOf(program), folder);
      }
      // The command is a link into the package.
      const npm = dirname(dirname(await realpath(pathOf('npm'))));
      const target = join(folder, 'usr/local/lib/node_modules/npm');
      await cp(npm, target, { recursive: true, dereference: true });
      await symlink('../lib/node_modules/npm/bin/npm-cli.js', join(folder, 'usr/local/bin/npm'));
      await copyFile(CERTIFICATES, folder);
      await mkdir(join(folder, 'root'), { recursive: true });
      await writeFile(
        join(folder, 'root/.npmrc'),
        `prefer-offline=true\ncafile=${CERTIFICATES}\nupdate-notifier=false\n`,
      );
      await writeFile(join(folder, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
      await copyFile('/var/lib/dpkg/status', folder);
      for (const list of globSync('/var/lib/dpkg/info/{libc6,libgcc-s1,libstdc++6}:*.list')) {
        await copyFile(list, folder);
      }
      // Bundlers load more of it than Node does.
      for (const library of globSync(
        '/usr/lib/*-linux-gnu/lib{rt,dl,m,pthread,resolv,util}.so.?',
      )) {
        await copyFile(library, folder, library.replace(/^\/usr/, ''));
      }
    },
  };
}

export function nginxBase(name: string): BaseImage {
  return {
    name,
    fill: async (folder) => {
      await copyProgram(pathOf('nginx'), folder);
      // Where it was compiled to log before it has read its configuration.
      await mkdir(join(folder, 'var/log/nginx'), { recursive: true });
      await writeFile(join(folder, 'etc/passwd'), 'nginx:x:101:101::/:/sbin/nologin\n');
      await writeFile(join(folder, 'etc/group'), 'nginx:x:101:\n');
    },
  };
}

export function redisBase(name: string): BaseImage {
  return {
    name,
    fill: async (folder) => {
      await copyProgram(findRedisServer() ?? 'redis-server', folder, '/usr/bin/redis-server');
    },
  };
}

/** Makes it and gives it its name. @param scratch - an empty folder, for its files */
export async function makeBase(
  engine: ContainerEngine,
  base: BaseImage,
  scratch: string,
): Promise<void> {
  const context = join(scratch, 'files');
  await mkdir(join(context, 'tmp'), { recursive: true });
  await mkdir(join(context, 'etc'), { recursive: true });
  // As Debian has it: where a program was found is not where others look for it.
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) {
    await mkdir(join(context, 'usr', name), { recursive: true });
    await symlink(join('usr', name), join(context, name));
  }
  await base.fill(context);
  const dockerfile = join(scratch, 'Dockerfile');
  await writeFile(
    dockerfile,
    'FROM scratch\nCOPY . /\nENV PATH=/usr/local/bin:/usr/sbin:/usr/bin:/bin\n',
  );
  await engine.buildah(
    'build',
    ...['--isolation', 'chroot', '--file', dockerfile, '--tag', base.name, context],
  );
}

/** A program and the libraries that the loader finds for it. */
async function copyProgram(from: string, folder: string, to: string = from): Promise<void> {
  await copyFile(from, folder, to);
  const { stdout } = await run('ldd', [await realpath(from)]);
  for (const [path] of stdout.matchAll(/\/\S+/g)) await copyFile(path, folder);
}

/** Links become the files that they lead to. */
async function copyFile(from: string, folder: string, to: string = from): Promise<void> {
  await mkdir(join(folder, dirname(to)), { recursive: true });
  await cp(await realpath(from), join(folder, dirname(to), basename(to)));
}

function pathOf(program: string): string {
  const path = findProgram([program, `/usr/sbin/${program}`, `/usr/bin/${program}`]);
  if (path === null) throw new Error(`${program} is not on this machine`);
  return path;
}
