import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/**
 * The first of the candidates that can be run here.
 *
 * @param candidates - names to look up in PATH, or absolute paths
 */
export function findProgram(candidates: readonly string[]): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const suffixes = process.platform === 'win32' ? ['', '.exe', '.cmd'] : [''];
  for (const candidate of candidates) {
    const paths = isAbsolute(candidate)
      ? [candidate]
      : folders.map((folder) => join(folder, candidate));
    for (const path of paths.flatMap((base) => suffixes.map((suffix) => base + suffix))) {
      if (isExecutable(path)) return path;
    }
  }
  return null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    // Not there, or not for us: the next candidate may be.
    return false;
  }
}
