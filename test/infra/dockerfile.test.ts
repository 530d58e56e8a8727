// The Dockerfile, as far as it can be checked without building it; image.test.ts builds and runs it.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { execForm, parseDockerfile } from '../../infra/image/check/dockerfile.ts';
import { dockerfileFaults } from '../../infra/image/check/dockerfile-faults.ts';
import { isIgnored } from '../../infra/image/check/ignored.ts';
import { repositoryFiles, repositoryRoot } from '../support/repository.ts';

const read = (path: string) => readFileSync(join(repositoryRoot, path), 'utf8');
const dockerfile = read('Dockerfile');
const dockerignore = read('.dockerignore');
const stages = parseDockerfile(dockerfile);
const last = stages.at(-1);

/** The Node that the set-up fetches. */
const [, NODE_VERSION = ''] =
  read('bin/setup/toolchain.js').match(/NODE_VERSION = '([\d.]+)'/) ?? [];

test('is as an image of ours must be', () => {
  expect(stages).toHaveLength(3);
  expect(dockerfileFaults(dockerfile)).toEqual([]);
});

test('builds with the Node that the repository runs', () => {
  const bases = stages.map(({ base }) => base).filter((base) => base !== 'scratch');

  expect(new Set(bases)).toEqual(new Set([`docker.io/library/node:${NODE_VERSION}-bookworm-slim`]));
});

test('what it copies from the repository exists, and reaches the build', () => {
  const files = new Set(repositoryFiles());
  const copied = stages
    .flatMap(({ instructions }) => instructions)
    .filter(({ name, rest }) => name === 'COPY' && !rest.includes('--from='))
    .flatMap(({ rest }) => rest.split(/\s+/).slice(0, -1))
    .filter((path) => path !== '.');

  expect(copied.length).toBeGreaterThan(6);
  expect(copied.filter((path) => !files.has(path))).toEqual([]);
  expect(copied.filter((path) => isIgnored(path, dockerignore))).toEqual([]);
});

test('the programs that it names are in it', () => {
  const commands = ['RUN', 'CMD', 'ENTRYPOINT', 'HEALTHCHECK'].flatMap((kind) =>
    (last?.instructions ?? [])
      .filter(({ name }) => name === kind)
      .flatMap(({ rest }) => execForm(rest.replace(/^.*?CMD\s/, '')) ?? []),
  );
  const inKubernetes = [
    ...read('infra/kubernetes/base/deletion-cost.yaml').matchAll(/args: \[(\S+?)[\],]/g),
    ...read('infra/kubernetes/game/deployment.yaml').matchAll(/args: \[(\S+?)[\],]/g),
  ].map(([, file = '']) => file);
  const copied = (last?.instructions ?? [])
    .filter(({ name }) => name === 'COPY')
    .map(({ rest }) => rest.split(/\s+/).at(-1) ?? '');
  const programs = [...commands, ...inKubernetes].filter((word) => /\.[jt]s$/.test(word));

  expect(new Set(programs)).toContain('infra/kubernetes/deletion-cost/main.ts');
  for (const program of programs) {
    expect(
      copied.some((folder) => program.startsWith(`${folder}/`)),
      program,
    ).toBe(true);
    // dist/ is what the build makes of src/.
    const source = program.replace(/^dist\/(.*)\.js$/, 'src/$1.ts');
    expect(existsSync(join(repositoryRoot, source)), program).toBe(true);
  }
});

describe('.dockerignore', () => {
  test.each([
    '.git',
    '.git/config',
    '.github/workflows/ci.yml',
    '.env',
    '.env.production',
    '.toolchain/node-version',
    '.data/meridian.sqlite',
    'node_modules/ws/index.js',
    'client-sdk/node_modules/ws/index.js',
    'client-sdk/dist/index.js',
    'dist/main.js',
    'infra/terraform/environments/region/terraform.tfstate',
    'production.tfvars',
    'server.pem',
    'test/infra/image.test.ts',
  ])('keeps %s out', (path) => {
    expect(isIgnored(path, dockerignore)).toBe(true);
  });

  test.each([
    'src/main.ts',
    'demos/game.ts',
    'proto/auth/v1/auth.proto',
    'bin/meridian.js',
    'client-sdk/src/index.ts',
    'infra/kubernetes/deletion-cost/main.ts',
  ])('lets %s in', (path) => {
    expect(isIgnored(path, dockerignore)).toBe(false);
  });

  test('a line less lets the history in', () => {
    expect(isIgnored('.git/config', dockerignore.replace('.git\n', ''))).toBe(false);
  });
});

describe('planted faults are found', () => {
  test.each([
    ['24.21.0-bookworm-slim', '24-bookworm-slim', 'may be another image tomorrow'],
    ['FROM scratch', 'FROM debian:12.5.0', 'has more than Node'],
    ['USER 65532:65532', 'USER 0', 'runs as root'],
    ['USER 65532:65532', 'USER 65532:0', 'runs as root'],
    ['USER 65532:65532', 'USER nonroot', 'trusts numbers only'],
    ['USER 65532:65532', '', 'there is no USER'],
    ['ENTRYPOINT ["node"]', 'ENTRYPOINT node', 'wants a shell'],
    ['COPY . .', 'ADD https://example.com/game.tgz .', 'COPY says what it does'],
    ['COPY . .', 'RUN curl -sL https://example.com/install.sh | sh', 'nobody has pinned'],
    ['RUN npm ci --ignore-scripts', 'RUN npm install', 'keeps to the lock'],
    ['RUN npm ci --ignore-scripts', 'RUN npm ci', 'lets packages run what they like'],
    ['npm ci --omit=dev', 'npm ci', 'not those of production alone'],
    [
      'COPY --from=packages /meridian/node_modules',
      'COPY --from=build /meridian/node_modules',
      'not those of production alone',
    ],
    ['ENV PATH', 'ENV JWT_SECRET=changeit PATH', 'JWT_SECRET is readable'],
    ['ARG REVISION=unknown', 'ARG NPM_TOKEN', 'NPM_TOKEN is readable'],
    ['COPY client-sdk/package.json client-sdk/', 'COPY .env ./', 'is readable by whoever'],
    [
      'COPY --from=build /runtime /',
      'COPY --from=runtime / /',
      'no stage before it is called that',
    ],
    ['COPY --from=build /meridian/proto proto', 'COPY proto proto', 'past all stages'],
    ['STOPSIGNAL SIGTERM', 'STOPSIGNAL SIGKILL', 'rooms move on SIGTERM'],
    [/HEALTHCHECK .*/, '', 'nobody sees it hang'],
    ['image.licenses', 'image.license', 'image.licenses is missing'],
  ] as const)('%s → %s', (from, to, finds) => {
    const planted = dockerfile.replace(from, to);
    expect(planted).not.toBe(dockerfile);

    expect(dockerfileFaults(planted).join('\n')).toContain(finds);
  });
});
