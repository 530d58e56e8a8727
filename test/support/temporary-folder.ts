import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of its own for one test, gone with its scope. */
export interface TemporaryFolder extends AsyncDisposable {
  readonly path: string;
}

/** @example await using folder = await temporaryFolder('pm2'); */
export async function temporaryFolder(purpose: string): Promise<TemporaryFolder> {
  // The real path: macOS keeps its temporary folder behind a symbolic link, and tools disagree about following it.
  const path = await realpath(await mkdtemp(join(tmpdir(), `meridian-${purpose}-`)));
  return {
    path,
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 5 }),
  };
}
