import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Folders of results: never a reason to do the work that made them. */
const RESULTS = new Set(['node_modules', 'dist']);

/**
 * A hash of the content of files and folders, names included. Content and not times: a fresh clone, a branch switched there
 * and back, or a restored cache must not look like a change.
 *
 * @param paths - files or folders below `root`; one that is missing counts as such
 * @param extra - anything else the result depends on
 */
export function fingerprint(
  root: string,
  paths: readonly string[],
  extra: readonly string[] = [],
): string {
  const hash = createHash('sha256');
  for (const path of paths) {
    for (const file of filesOf(root, path)) {
      const content = readFileSync(join(root, file));
      hash.update(`${file}\0${content.length}\0`).update(content);
    }
  }
  return hash.update(extra.join('\0')).digest('hex');
}

function filesOf(root: string, path: string): string[] {
  const stats = statSync(join(root, path), { throwIfNoEntry: false });
  if (stats === undefined) return [];
  if (stats.isFile()) return [path];
  return readdirSync(join(root, path))
    .filter((name) => !RESULTS.has(name))
    .sort()
    .flatMap((name) => filesOf(root, `${path}/${name}`));
}
