// The workflows of this repository, as far as they can be judged without running them: actionlint, rules of our own, that what they name is there,
// and that planted faults of each kind are found.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { Actionlint, type WorkflowFile } from '../../infra/ci/actionlint.ts';
import { workflowViolations } from '../../infra/ci/workflow-policies.ts';
import { REGIONS } from '../../infra/kubernetes/check/objects.ts';
import { TERRAFORM_FOLDER } from '../../infra/terraform/offline/schema-files.ts';
import { terraformRoots } from '../../infra/terraform/offline/terraform.ts';
import { repositoryRoot } from '../support/repository.ts';

const FOLDER = '.github/workflows';

const workflows: readonly WorkflowFile[] = readdirSync(join(repositoryRoot, FOLDER)).map(
  (name) => ({
    path: `${FOLDER}/${name}`,
    content: readFileSync(join(repositoryRoot, FOLDER, name), 'utf8'),
  }),
);
const contentOf = (name: string) =>
  workflows.find(({ path }) => path === `${FOLDER}/${name}`)?.content ?? '';

let linter: Actionlint;
beforeAll(() => {
  linter = new Actionlint();
});
afterAll(() => linter[Symbol.asyncDispose]());

test('all of them are looked at', () => {
  const names = workflows.map(({ path }) => path.slice(FOLDER.length + 1));
  expect(names).toEqual(
    expect.arrayContaining(['ci.yml', 'deploy.yml', 'image.yml', 'terraform.yml']),
  );
  expect(names.filter((name) => !name.endsWith('.yml'))).toEqual([]);
});

describe.each(workflows)('$path', ({ path, content }) => {
  test('is a workflow, as actionlint sees it', async () => {
    expect(await linter.lint({ path, content })).toEqual([]);
  });

  test('breaks no rule', () => {
    expect(workflowViolations(content)).toEqual([]);
  });

  test('names files that are there', () => {
    const named = [...content.matchAll(/\b(?:infra|bin|test|\.github)\/[\w./-]*\w/g)]
      .map(([file]) => file)
      // In a pattern, or in an address.
      .filter((file) => !content.includes(`${file}*`) && !content.includes(`/${file}`));
    for (const file of named) expect(existsSync(join(repositoryRoot, file)), file).toBe(true);
  });

  test('calls workflows that take what they are given', () => {
    for (const { uses, with: given = {} } of jobsOf(content)) {
      if (uses === undefined) continue;
      const called = parse(readFileSync(join(repositoryRoot, uses), 'utf8')) as {
        readonly on: {
          readonly workflow_call: {
            readonly inputs: Record<string, { readonly required?: boolean }>;
          };
        };
      };
      const { inputs } = called.on.workflow_call;
      expect(Object.keys(inputs)).toEqual(expect.arrayContaining(Object.keys(given)));
      const required = Object.entries(inputs).filter(([, { required: is }]) => is === true);
      expect(Object.keys(given)).toEqual(expect.arrayContaining(required.map(([name]) => name)));
    }
  });
});

describe('what they are for', () => {
  const roots = terraformRoots()
    .map((folder) => relative(TERRAFORM_FOLDER, folder).replace(/^environments\//, ''))
    .filter((root) => /^(production|staging)\//.test(root))
    .sort();

  test('every root is planned, applied and compared; none that is not there', () => {
    const [terraform, drift] = [contentOf('terraform.yml'), contentOf('drift.yml')];
    const named = jobsOf(terraform).map(({ with: given }) => ({
      isApplied: given?.['apply'] === true,
      roots: JSON.parse(String(given?.['roots'])) as readonly string[],
    }));
    const of = (isApplied: boolean) =>
      named
        .filter((it) => it.isApplied === isApplied)
        .flatMap((it) => it.roots)
        .sort();
    expect(of(true)).toEqual(roots);
    expect(of(false)).toEqual(roots);
    const compared = [...drift.matchAll(/root: ([\w/-]+)/g)].map(([, root]) => root);
    expect(compared.sort()).toEqual(roots);
  });

  test.each(['terraform.yml', 'deploy.yml'])('%s goes region by region, in one line', (name) => {
    const jobs = Object.entries(
      (parse(contentOf(name)) as { readonly jobs: Record<string, { readonly needs?: string }> })
        .jobs,
    ).filter(([job]) => !job.startsWith('plan-'));
    jobs.forEach(([, { needs }], at) => {
      expect(needs).toBe(at === 0 ? undefined : jobs[at - 1]?.[0]);
    });
    for (const region of REGIONS) {
      expect(jobs.some(([job]) => job === region || job === `production-${region}`)).toBe(true);
    }
  });

  test('regions are on the clouds that the catalogue says', () => {
    const catalogue = JSON.parse(
      readFileSync(join(TERRAFORM_FOLDER, 'environments/regions.json'), 'utf8'),
    ) as Record<string, { readonly cloud: string }>;
    for (const { with: given } of jobsOf(contentOf('deploy.yml'))) {
      expect(given?.['cloud']).toBe(catalogue[String(given?.['region'])]?.cloud);
    }
    for (const region of REGIONS) {
      const listed = `{"region": "${region}", "cloud": "${catalogue[region]?.cloud}"}`;
      expect(contentOf('rollback.yml')).toContain(listed);
    }
  });
});

/** What a workflow must not be, and the words by which it is found. */
const FAULTS = [
  [
    'an expression that does not end',
    'ci.yml',
    ['if: always()', `if: \${{ always( }}`],
    'expression',
  ],
  [
    'an output that no step has',
    'image.yml',
    ['steps.build.outputs.digest', 'steps.built.outputs.digest'],
    '"built" is not defined',
  ],
  [
    'a matrix value that is not there',
    'drift.yml',
    [`ROOT: \${{ matrix.root }}`, `ROOT: \${{ matrix.rot }}`],
    '"rot" is not defined',
  ],
  [
    'an unknown key',
    'ci.yml',
    ['timeout-minutes: 45', 'timeout-minute: 45'],
    'unexpected key "timeout-minute"',
  ],
  [
    'an unknown event',
    'ci.yml',
    ['  pull_request:', '  pull_requests:'],
    'unknown Webhook event "pull_requests"',
  ],
  ['a job that needs nobody', 'deploy.yml', ['needs: australia', 'needs: austria'], '"austria"'],
  [
    'an input that is not there',
    'deploy.yml',
    ['inputs.old', 'inputs.odl'],
    '"odl" is not defined',
  ],
  ['torn YAML', 'ci.yml', ['permissions:', 'permissions: ['], 'yaml'],
  [
    'a title in a script',
    'ci.yml',
    ['run: npm audit', `run: echo \${{ github.event.pull_request.title }} && npm audit`],
    'potentially untrusted',
  ],
  [
    'an input in a script',
    'rollback.yml',
    ['rollback "$BUILD"', `rollback \${{ inputs.build }}`],
    'step "Take it back" has an expression in its script',
  ],
  [
    'an action by its tag',
    'ci.yml',
    ['actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2', 'actions/checkout@v4'],
    'actions/checkout@v4 is not pinned',
  ],
  [
    'a pin without its version',
    'ci.yml',
    ['683 # v4.2.2', '683'],
    'is not pinned to a commit with its version',
  ],
  [
    'no permissions',
    'ci.yml',
    ['permissions:\n  contents: read\n', ''],
    'has no permissions at its top',
  ],
  [
    'all permissions',
    'ci.yml',
    ['permissions:\n  contents: read\n', 'permissions: write-all\n'],
    'has permissions: write-all',
  ],
  [
    'a right to write for one job',
    'image.yml',
    ['id-token: write #', 'packages: write #'],
    'push: has permissions packages: write',
  ],
  [
    'a right to write for all',
    'image.yml',
    ['permissions: {}', 'permissions: { id-token: write }'],
    'gives every job the right to write',
  ],
  ['no timeout', 'ci.yml', ['    timeout-minutes: 45\n', ''], 'verify: has no timeout'],
  [
    'no concurrency group',
    'drift.yml',
    ['concurrency:\n  group: drift\n  cancel-in-progress: false\n', ''],
    'has no concurrency group',
  ],
  [
    'strangers’ code with our rights',
    'ci.yml',
    ['  pull_request:', '  pull_request_target:'],
    'runs on pull_request_target',
  ],
  [
    'a token left in the checkout',
    'ci.yml',
    ['persist-credentials: false', 'persist-credentials: true'],
    'leaves its token in the checkout',
  ],
  [
    'pipes that hide a failure',
    'ci.yml',
    ['    shell: bash', '    shell: sh'],
    'has not bash as its shell',
  ],
  [
    'a script that shows what it gets',
    'image.yml',
    ['          for image in', '          set -x\n          for image in'],
    'may print its environment',
  ],
  [
    'all secrets passed on',
    'terraform.yml',
    [`    secrets:\n      plan-key: \${{ secrets.PLAN_KEY }}`, '    secrets: inherit'],
    'passes all secrets on',
  ],
  [
    'a failure that nobody sees',
    'ci.yml',
    [
      '        timeout-minutes: 30\n',
      '        timeout-minutes: 30\n        continue-on-error: true\n',
    ],
    'goes on after its failure',
  ],
  [
    'whatever runner is newest',
    'ci.yml',
    ['runs-on: ubuntu-24.04', 'runs-on: ubuntu-latest'],
    'runs on whatever is newest',
  ],
] as const;

describe('planted faults are found', () => {
  test.each(FAULTS)('%s', async (_, name, [from, to], finds) => {
    const content = contentOf(name);
    expect(content).toContain(from);
    const broken = content.replace(from, to);

    const byLinter = await linter.lint({ path: `${FOLDER}/${name}`, content: broken });
    const torn = byLinter.some((it) => it.includes('could not parse'));
    const found = [...byLinter, ...(torn ? [] : workflowViolations(broken))];

    expect(
      found.filter((it) => it.includes(finds)),
      found.join('\n'),
    ).not.toEqual([]);
  });
});

interface JobWithCall {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

function jobsOf(content: string): readonly JobWithCall[] {
  return Object.values((parse(content) as { readonly jobs: Record<string, JobWithCall> }).jobs);
}
