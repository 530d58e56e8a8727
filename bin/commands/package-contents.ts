import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../setup/root.js';
import type { Streams } from './stream.ts';

interface PackageManifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Whether every file that the packages promise in `exports` is really there after a build. */
export async function packageContents({ output }: Streams): Promise<boolean> {
  const missing = ['.', 'client-sdk'].flatMap((folder) => {
    const { name, exports } = JSON.parse(
      readFileSync(join(root, folder, 'package.json'), 'utf8'),
    ) as PackageManifest;
    return Object.entries(exports).flatMap(([entry, targets]) =>
      Object.values(targets)
        .filter((target) => !existsSync(join(root, folder, target)))
        .map((target) => `${name} ${entry}: ${target} does not exist`),
    );
  });
  process[output].write(missing.length === 0 ? 'every export exists\n' : `${missing.join('\n')}\n`);
  return missing.length === 0;
}
