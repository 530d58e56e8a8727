// Lays out what the running image has besides the server: Node, the libraries that it loads, two users, an empty /tmp. Runs in the image
// that the server is built in (Dockerfile), so both have the same Node.
//
//   node infra/image/runtime-files.ts <folder>

import {
  chmodSync,
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

const DPKG = '/var/lib/dpkg';

/** As in distroless images; infra/kubernetes names them by number. */
const USERS = {
  'etc/passwd':
    'root:x:0:0:root:/:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/tmp:/sbin/nologin\n',
  'etc/group': 'root:x:0:\nnonroot:x:65532:\n',
  'etc/nsswitch.conf': 'hosts: files dns\n',
};

const [target] = process.argv.slice(2);
if (target === undefined) throw new Error('Where to? node infra/image/runtime-files.ts <folder>');

copyFile(process.execPath, join(target, 'usr/local/bin/node'));
const loaded = librariesOfNode();
for (const path of loaded) copyFile(path, join(target, path));
for (const [path, text] of Object.entries(USERS)) write(join(target, path), text);
mkdirSync(join(target, 'tmp'), { recursive: true });
chmodSync(join(target, 'tmp'), 0o1777);
writePackageNames(loaded, target);

/** Paths under which Node has loaded them, the loader included: a name that is a link is a file afterwards. */
function librariesOfNode(): string[] {
  const { sharedObjects } = process.report.getReport() as unknown as {
    readonly sharedObjects: readonly string[];
  };
  // The kernel's own (`linux-vdso`) is no file.
  const found = sharedObjects.filter((path) => path.startsWith('/') && existsSync(path));
  const libraries = found.filter((path) => realpathSync(path) !== realpathSync(process.execPath));
  if (!libraries.some((path) => basename(path).startsWith('libc.so'))) {
    throw new Error(`Node loads no libc? ${found.join(' ')}`);
  }
  return libraries;
}

/** Scanners read in var/lib/dpkg/status.d which packages an image without dpkg is made of, as in distroless images. */
function writePackageNames(libraries: readonly string[], folder: string): void {
  if (!existsSync(`${DPKG}/status`)) return;
  const wanted = new Set(libraries.map((path) => realpathSync(path)));
  const names = globSync(`${DPKG}/info/*.list`)
    .filter((list) =>
      readFileSync(list, 'utf8')
        .split('\n')
        .some((path) => isOneOf(path, wanted)),
    )
    .map((list) => basename(list, '.list').replace(/:.*$/, ''));
  for (const entry of readFileSync(`${DPKG}/status`, 'utf8').split('\n\n')) {
    const name = /^Package: (.+)$/m.exec(entry)?.[1];
    if (name === undefined || !names.includes(name)) continue;
    write(join(folder, DPKG, 'status.d', name), `${entry}\n`);
  }
}

/** Debian lists libraries under /lib, which is /usr/lib. */
function isOneOf(path: string, wanted: ReadonlySet<string>): boolean {
  return wanted.has(path) || wanted.has(`/usr${path}`);
}

function copyFile(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
