// The pages of docs/reference that are made from the code.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { benchmarkFiles } from '../../docs/benchmarks/generate-benchmarks.ts';
import { apiPage, ENTRY_POINTS } from '../../docs/reference/generate-api.ts';
import { configurationPage } from '../../docs/reference/generate-configuration.ts';
import { errorsPage } from '../../docs/reference/generate-errors.ts';
import { metricsPage } from '../../docs/reference/generate-metrics.ts';
import { publicApi } from '../../docs/reference/public-api.ts';
import { environmentNames } from '../../src/config/load-config.ts';
import { ERRORS } from '../../src/errors/errors.ts';
import { CloseCode } from '../../src/protocol/close-codes.ts';
import { repositoryRoot } from '../support/repository.ts';

test.each([
  ['api', apiPage],
  ['configuration', configurationPage],
  ['errors', errorsPage],
  ['metrics', metricsPage],
])('[ND-50] docs/reference/%s.md is what the code says', async (name, generate) => {
  const path = join(repositoryRoot, `docs/reference/${name}.md`);
  const hint = `stale: run node --conditions=meridian-source docs/reference/generate-${name}.ts`;
  expect(await readFile(path, 'utf8'), hint).toBe(await generate());
});

test('[ND-50] nothing is left out', async () => {
  const configuration = configurationPage();
  for (const name of environmentNames().keys()) expect(configuration).toContain(`\`${name}\``);
  const errors = errorsPage();
  for (const code of Object.keys(ERRORS)) expect(errors).toContain(`| \`${code}\` |`);
  for (const code of Object.values(CloseCode)) expect(errors).toContain(`| ${code} |`);
  expect((await metricsPage()).match(/\n\| `meridian_/g)?.length).toBeGreaterThanOrEqual(19);
});

test.each(ENTRY_POINTS)('[DOC-7] every export of %s has a doc comment', (_, entry) => {
  const { entries } = publicApi(entry);
  expect(entries.length).toBeGreaterThanOrEqual(9);
  expect(entries.filter(({ doc }) => doc === '').map(({ name }) => name)).toEqual([]);
});

test('[DOC-8] the page of benchmarks and its plots are what the kept reports say', async () => {
  const files = benchmarkFiles();
  const hint =
    'stale: run node --conditions=meridian-source docs/benchmarks/generate-benchmarks.ts';
  for (const [path, content] of files) {
    expect(await readFile(join(repositoryRoot, 'docs', path), 'utf8'), hint).toBe(content);
  }
  expect(files.size).toBeGreaterThanOrEqual(7);
});
