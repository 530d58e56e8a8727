import { matchesGlob } from 'node:path';

/**
 * Whether a file stays out of the build: a line of .dockerignore names it, or a folder above it. Lines of the form `!path`, which let one in
 * again, are refused: we have none.
 *
 * @param path - relative to the context, e.g. `.git/config`
 * @throws {Error} on such a line
 */
export function isIgnored(path: string, dockerignore: string): boolean {
  const patterns = dockerignore
    .split('\n')
    .map((line) => line.trim().replace(/^\/|\/$/g, ''))
    .filter((line) => line !== '' && !line.startsWith('#'));
  const exception = patterns.find((pattern) => pattern.startsWith('!'));
  if (exception !== undefined)
    throw new Error(`.dockerignore: ${exception} is not understood here`);
  const names = path.split('/');
  const above = names.map((_, n) => names.slice(0, n + 1).join('/'));
  return patterns.some((pattern) => above.some((it) => matchesGlob(it, pattern)));
}
