// The layers of CONTRIBUTING.md are only as good as the linter that keeps them. So this test breaks each rule on purpose, in a
// temporary house with our biome.json, and expects to be told; next to each break stands the lawful way, which must pass.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { repositoryFiles, repositoryRoot } from '../support/repository.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const run = promisify(execFile);

const LAYERS = 'lint/style/noRestrictedImports';
const CYCLES = 'lint/suspicious/noImportCycles';

/** Files that break one rule each: what a hurried colleague would write. */
const BREAKS = [
  ['a leaf imports a feature', 'src/shared/a.ts', LAYERS, `import '../rooms/room.ts';`],
  ['a nested leaf imports a feature', 'src/schema/deep/a.ts', LAYERS, `import '../../rooms/x.ts';`],
  ['a leaf imports config', 'src/protocol/a.ts', LAYERS, `import '../config/config.ts';`],
  ['a leaf imports the public API', 'src/errors/a.ts', LAYERS, `import 'meridian';`],
  ['config imports storage', 'src/config/a.ts', LAYERS, `import '../storage/sqlite/db.ts';`],
  ['telemetry imports a feature', 'src/telemetry/a.ts', LAYERS, `import '../rooms/room.ts';`],
  ['storage imports a feature', 'src/storage/sqlite/a.ts', LAYERS, `import '../../profiles/x.ts';`],
  [
    'transport imports a contract',
    'src/transport/http/a.ts',
    LAYERS,
    `import '../../auth/contract.ts';`,
  ],
  ['cluster imports app', 'src/cluster/a.ts', LAYERS, `import '../app/meridian.ts';`],
  [
    'a feature imports another’s inside',
    'src/rooms/a.ts',
    LAYERS,
    `import '../profiles/profile-store.ts';`,
  ],
  ['…from a nested folder', 'src/rooms/flow/a.ts', LAYERS, `import '../../auth/tokens.ts';`],
  [
    '…by a dynamic import',
    'src/rooms/b.ts',
    LAYERS,
    `export const p = import('../auth/tokens.ts');`,
  ],
  ['…by a re-export', 'src/rooms/c.ts', LAYERS, `export { x } from '../auth/tokens.ts';`],
  ['…through the public API', 'src/rooms/d.ts', LAYERS, `import 'meridian';`],
  ['…through index.ts', 'src/rooms/e.ts', LAYERS, `import '../index.ts';`],
  ['a feature imports app', 'src/auth/a.ts', LAYERS, `import '../app/meridian.ts';`],
  ['a feature imports admin', 'src/auth/b.ts', LAYERS, `import '../admin/monitor.ts';`],
  ['admin imports a feature’s inside', 'src/admin/a.ts', LAYERS, `import '../rooms/room.ts';`],
  ['admin imports app', 'src/admin/b.ts', LAYERS, `import '../app/meridian.ts';`],
  [
    'the SDK imports the server',
    'client-sdk/src/a.ts',
    LAYERS,
    `import '../../src/rooms/room.ts';`,
  ],
  [
    'the SDK imports a leaf of the server',
    'client-sdk/src/b.ts',
    LAYERS,
    `import '../../src/shared/x.ts';`,
  ],
  ['the SDK imports Node', 'client-sdk/src/c.ts', LAYERS, `import 'node:fs';`],
  [
    'a demo reaches into src',
    'demos/arena/server/a.ts',
    LAYERS,
    `import '../../../src/rooms/room.ts';`,
  ],
  [
    'a file reads the environment',
    'src/app/a.ts',
    'lint/style/noProcessEnv',
    'export const p = process.env.PORT;',
  ],
  [
    'a file writes to the console',
    'src/app/b.ts',
    'lint/suspicious/noConsole',
    `console.log('hi');`,
  ],
  ['a default export', 'src/app/c.ts', 'lint/style/noDefaultExport', 'export default 1;'],
  [
    'a name in camel case',
    'src/app/fileName.ts',
    'lint/style/useFilenamingConvention',
    'export const a = 1;',
  ],
  [
    'a promise nobody waits for',
    'src/app/d.ts',
    'lint/nursery/noFloatingPromises',
    'async function f() {}\nf();',
  ],
  [
    'a cycle of two',
    'src/app/e1.ts',
    CYCLES,
    `import { b } from './e2.ts';\nexport const a = () => b;`,
  ],
  [
    '…its other half',
    'src/app/e2.ts',
    CYCLES,
    `import { a } from './e1.ts';\nexport const b = () => a;`,
  ],
] as const;

/** The lawful neighbours of the breaks. A rule that forbids these would be worked around within a week. */
const LAWFUL = [
  ['src/shared/ok.ts', `import '../errors/game-error.ts';`],
  ['src/schema/deep/ok.ts', `import '../../shared/x.ts';\nimport '../quantized.ts';`],
  ['src/telemetry/ok.ts', `import '../config/config.ts';\nimport './logger.ts';`],
  ['src/storage/sqlite/ok.ts', `import '../../config/config.ts';\nimport './worker.ts';`],
  [
    'src/rooms/ok.ts',
    `import '../auth/contract.ts';\nimport '../transport/http/x.ts';\nimport './room.ts';`,
  ],
  [
    'src/rooms/flow/ok.ts',
    `import '../../profiles/contract.ts';\nimport '../room.ts';\nimport './gate.ts';`,
  ],
  ['src/rooms/ok.test.ts', `import '../app/meridian.ts';`],
  ['src/admin/ok.ts', `import '../rooms/contract.ts';\nimport '../transport/http/x.ts';`],
  [
    'src/app/ok.ts',
    `import '../admin/x.ts';\nimport '../auth/tokens.ts';\nimport '../rooms/room.ts';`,
  ],
  ['src/main.ts', `import './app/ok.ts';\n\nexport const port = process.env['PORT'];`],
  [
    'client-sdk/src/ok.ts',
    `import '../../src/protocol/index.ts';\nimport './x.ts';\nimport '@colyseus/sdk';`,
  ],
  ['demos/arena/server/ok.ts', `import 'meridian';\nimport '../shared/x.ts';`],
  ['demos/arena/web/src/ok.ts', `import './x.ts';\nimport '@meridian/client';`],
  ['src/app/ok1.ts', `import type { B } from './ok2.ts';\n\nexport type A = { b: B };`],
  ['src/app/ok2.ts', `import type { A } from './ok1.ts';\n\nexport type B = { a: A };`],
] as const;

interface Finding {
  readonly path: string;
  readonly rule: string;
}

interface Report {
  readonly summary: { readonly unchanged: number; readonly changed: number };
  readonly diagnostics: readonly {
    readonly category: string;
    readonly location?: { readonly path: string | { readonly file: string } };
  }[];
}

describe('[HOUSE-1] the linter keeps the layers', () => {
  let findings: readonly Finding[] = [];

  beforeAll(async () => {
    await using house = await temporaryFolder('layers');
    for (const file of ['biome.json', '.gitignore']) {
      await copyFile(join(repositoryRoot, file), join(house.path, file));
    }
    for (const [, path, , code] of BREAKS) await plant(house.path, path, code);
    for (const [path, code] of LAWFUL) await plant(house.path, path, code);

    const report = await biome(house.path, 'lint');
    expect(checkedFiles(report)).toBeGreaterThanOrEqual(BREAKS.length + LAWFUL.length);
    findings = report.diagnostics.map(({ category, location }) => ({
      rule: category,
      path: typeof location?.path === 'object' ? location.path.file : (location?.path ?? ''),
    }));
  });

  test.each(BREAKS)('%s (%s): %s', (_name, path, rule) => {
    expect(findings).toContainEqual({ path, rule });
  });

  test.each(LAWFUL)('lawful: %s', (path) => {
    expect(findings.filter((finding) => finding.path === path)).toEqual([]);
  });
});

test('[HOUSE-2] the linter looked at every source file', async () => {
  const sources = repositoryFiles().filter(
    (path) =>
      /\.(ts|js|mjs|cjs|json|css)$/.test(path) &&
      !/(^|\/)(generated|dist)\/|^package-lock\.json$/.test(path) &&
      existsSync(join(repositoryRoot, path)),
  );
  expect(sources.length).toBeGreaterThan(10);
  const report = await biome(repositoryRoot, 'lint');
  expect(checkedFiles(report)).toBeGreaterThanOrEqual(sources.length);
});

async function plant(root: string, path: string, code: string): Promise<void> {
  const target = join(root, path);
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, `${code}\n`);
}

function checkedFiles({ summary }: Report): number {
  return summary.changed + summary.unchanged;
}

async function biome(cwd: string, command: 'lint'): Promise<Report> {
  const script = join(repositoryRoot, 'node_modules/@biomejs/biome/bin/biome');
  const args = [script, command, '--reporter=json', '--max-diagnostics=none', '.'];
  const { stdout } = await run(process.execPath, args, { cwd, maxBuffer: 256 * 1024 * 1024 }).catch(
    // Exit code 1 means findings, which is what we came for; anything without a report fails in JSON.parse below.
    (failure: { stdout: string }) => failure,
  );
  return JSON.parse(stdout) as Report;
}
