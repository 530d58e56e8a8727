import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../setup/root.js';
import type { Streams } from './stream.ts';

/** An entry of `exports`: a file, or a file for each condition. */
type ExportTarget = string | { readonly [condition: string]: ExportTarget };

interface PackageManifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, ExportTarget>>;
}

/** Whether every file that the packages promise in `exports` is really there after a build. */
export async function packageContents({ output }: Streams): Promise<boolean> {
  let promised = 0;
  const missing: string[] = [];
  for (const folder of ['.', 'client-sdk']) {
    const manifest = readFileSync(join(root, folder, 'package.json'), 'utf8');
    const { name, exports } = JSON.parse(manifest) as PackageManifest;
    for (const file of Object.values(exports).flatMap(filesOf)) {
      promised += 1;
      if (!existsSync(join(root, folder, file))) missing.push(`${name}: ${file} does not exist`);
    }
  }
  for (const line of missing) process[output].write(`${line}\n`);
  process[output].write(`${promised} files exported, ${missing.length} missing\n`);
  return missing.length === 0;
}

function filesOf(target: ExportTarget): string[] {
  return typeof target === 'string' ? [target] : Object.values(target).flatMap(filesOf);
}
