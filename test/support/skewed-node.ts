import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { repositoryRoot } from './repository.ts';

/** Settings of a node whose clock is ahead. @param offsetMs - negative: behind */
export function skewedClock(offsetMs: number): Readonly<Record<string, string>> {
  const module = pathToFileURL(join(repositoryRoot, 'test/support/skewed-clock.ts')).href;
  return {
    NODE_OPTIONS: `--import=${module}`,
    BUN_OPTIONS: `--preload=${module}`,
    TEST_CLOCK_OFFSET_MS: String(offsetMs),
  };
}
