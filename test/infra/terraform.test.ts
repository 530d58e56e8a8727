import { cpSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findProgram } from '../../bin/setup/find-program.ts';
import { OfflineProviders } from '../../infra/terraform/offline/offline-providers.ts';
import {
  providerOf,
  readSchemas,
  TERRAFORM_FOLDER,
  usedTypes,
} from '../../infra/terraform/offline/schema-files.ts';
import { terraform, terraformRoots } from '../../infra/terraform/offline/terraform.ts';
import { violations } from '../../infra/terraform/policy/policies.ts';
import { resourcesOf } from '../../infra/terraform/policy/test-report.ts';
import { isLong } from '../support/long-test.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

// The real Terraform, over providers that know their schemas and nothing else. Nothing is reached; docs/guides/terraform.md says what
// this cannot see.

const ROOTS = terraformRoots().map((folder) => relative(TERRAFORM_FOLDER, folder));

/** What is looked at by the policies: a run of each kind of root that makes everything. */
const RUNS = {
  'environments/bootstrap/aws': 'roles',
  'environments/bootstrap/gcp': 'accounts',
  'environments/production/global': 'with_regions_of_both_clouds',
} as Readonly<Record<string, string>>;

/** Regions are the same files (a test below says so): one of each cloud stands for all, unless there is time. */
const FIRST_OF_THEIR_KIND: ReadonlySet<string> = new Set([
  ...Object.keys(RUNS),
  'environments/production/us-east',
  'environments/production/us-east/platform',
  'environments/production/europe',
  'environments/production/europe/platform',
]);

describe.skipIf(findProgram(['terraform']) === null)('Terraform', () => {
  const owned = new AsyncDisposableStack();
  let providers: OfflineProviders;
  /** A copy, so that Terraform's working folders stay out of the repository. */
  let copy: string;

  beforeAll(async () => {
    const folder = owned.use(await temporaryFolder('tf'));
    providers = owned.use(await OfflineProviders.start(folder.path));
    copy = join(folder.path, 'terraform');
    copyTerraform(copy);
  });
  afterAll(() => owned.disposeAsync());

  test('is formatted', async () => {
    const { output, exitCode } = await terraform(
      copy,
      ['fmt', '-check', '-recursive', '-diff'],
      providers,
    );

    expect(output).toBe('');
    expect(exitCode).toBe(0);
  });

  test('every type that is used has its schema here', () => {
    const missing = usedTypes().filter(({ kind, type }) => {
      const { resources, data_sources } = readSchemas(providerOf(type));
      return !(type in (kind === 'data' ? data_sources : resources));
    });

    expect(missing, 'node infra/terraform/offline/make-schemas.ts').toEqual([]);
  });

  test('regions have address ranges of their own', () => {
    const regions = JSON.parse(
      readFileSync(join(copy, 'environments/regions.json'), 'utf8'),
    ) as Record<string, { readonly cidr: string }>;

    const cidrs = Object.values(regions).map(({ cidr }) => cidr);
    expect(new Set(cidrs).size).toBe(cidrs.length);
    // All of 16 bits, so two of them are the same or have nothing in common.
    for (const cidr of cidrs) expect(cidr).toMatch(/^10\.\d+\.0\.0\/16$/);
  });

  test('all regions are the same files', () => {
    const folders = ROOTS.filter((root) =>
      /^environments\/(production|staging)\/[a-z-]+$/.test(root),
    );

    const kinds = new Set(folders.filter((root) => !root.endsWith('/global')).map(contentsOf));
    expect(kinds.size).toBe(1);
  });

  describe.each(ROOTS)('%s', (root) => {
    test('is valid', async () => {
      await initialized(join(copy, root), providers);

      const { output } = await terraform(join(copy, root), ['validate', '-no-color'], providers);

      expect(output).toContain('The configuration is valid');
    });

    test.skipIf(!isLong && !FIRST_OF_THEIR_KIND.has(root))(
      'passes its tests and breaks no policy',
      async () => {
        await initialized(join(copy, root), providers);

        const { output, exitCode } = await terraform(
          join(copy, root),
          ['test', '-json', '-verbose'],
          providers,
        );

        expect(failuresOf(output)).toEqual([]);
        expect(exitCode).toBe(0);
        const isPlatform = root.endsWith('/platform');
        const run = RUNS[root] ?? (isPlatform ? 'what_is_installed' : 'where_it_is');
        const made = resourcesOf(output, run);
        expect(made.length).toBeGreaterThan(0);
        expect(violations(made)).toEqual([]);
      },
    );
  });

  test('the optional link between clouds passes its tests', async () => {
    const vpn = join(copy, 'modules/vpn');
    await initialized(vpn, providers);

    const { output, exitCode } = await terraform(vpn, ['test', '-json'], providers);

    expect(failuresOf(output)).toEqual([]);
    expect(exitCode).toBe(0);
  });

  describe('planted faults are found', () => {
    test('by the formatter', async () => {
      await using broken = await brokenCopy({
        'modules/aws/redis/main.tf': ['  port    ', '  port'],
      });

      const { exitCode } = await terraform(broken.path, ['fmt', '-check', '-recursive'], providers);

      expect(exitCode).not.toBe(0);
    });

    test.each(TERRAFORM_FAULTS)('by Terraform: $finds', async ({ file, change, finds }) => {
      await using broken = await brokenCopy({ [file]: change });
      const root = join(broken.path, 'environments/production/us-east');
      await initialized(root, providers);

      const { output, exitCode } = await terraform(root, ['validate', '-json'], providers);

      expect(exitCode).not.toBe(0);
      expect(JSON.stringify(JSON.parse(output).diagnostics)).toContain(
        JSON.stringify(finds).slice(1, -1),
      );
    });

    // Two plans of a whole region.
    test.skipIf(!isLong).each([
      ['environments/production/us-east', AWS_FAULTS],
      ['environments/production/europe', GCP_FAULTS],
    ] as const)('by the policies, in %s', async (name, faults) => {
      await using broken = await brokenCopy(
        Object.fromEntries(faults.map(({ file, change }) => [file, change])),
      );
      const root = join(broken.path, name);
      await initialized(root, providers);

      const { output } = await terraform(root, ['test', '-json', '-verbose'], providers);

      const found = violations(resourcesOf(output, 'where_it_is'));
      expect(new Set(found.map(({ policy, why }) => `${policy}: ${why}`))).toEqual(
        new Set(faults.map(({ finds }) => finds)),
      );
    });
  });
});

interface Fault {
  readonly file: string;
  readonly change: readonly [from: string, to: string];
  readonly finds: string;
}

const TERRAFORM_FAULTS: readonly Fault[] = [
  {
    file: 'modules/aws/network/main.tf',
    change: ['enable_dns_support ', 'enable_dns_suport '],
    finds: 'Did you mean "enable_dns_support"?',
  },
  {
    file: 'modules/aws/cluster/main.tf',
    change: ['  role_arn                      = aws_iam_role.cluster.arn\n', ''],
    finds: 'The argument "role_arn" is required',
  },
  {
    file: 'modules/aws/redis/main.tf',
    change: ['automatic_failover_enabled = true', 'automatic_failover_enabled = "perhaps"'],
    finds: 'Inappropriate value for attribute "automatic_failover_enabled"',
  },
  {
    file: 'modules/aws/gateway/main.tf',
    change: ['aws_lb.this.dns_name', 'aws_lb.this.dns_nme'],
    finds: 'has no argument, nested block, or exported attribute named "dns_nme"',
  },
];

const AWS_FAULTS: readonly Fault[] = [
  {
    file: 'modules/aws/gateway/main.tf',
    change: ['from_port         = 443', 'from_port         = 22'],
    finds: 'open-ports: everybody may come to port 22; only 443 is for everybody',
  },
  {
    file: 'modules/aws/redis/main.tf',
    change: ['at_rest_encryption_enabled = true', 'at_rest_encryption_enabled = false'],
    finds: 'encryption: not encrypted at rest',
  },
  {
    file: 'modules/aws/cluster/main.tf',
    change: ['deletion_protection           = true', 'deletion_protection           = false'],
    finds: 'deletion: an apply may delete it',
  },
  {
    file: 'modules/aws/network/main.tf',
    change: [
      'cidr_block        = each.value\n\n  tags = {\n    Name                     ',
      'cidr_block        = each.value\n  map_public_ip_on_launch = true\n\n  tags = {\n    Name                     ',
    ],
    finds: 'not-public: machines in it get public addresses',
  },
  {
    file: 'modules/aws/cluster/karpenter.tf',
    change: ['Resource = aws_sqs_queue.interruptions.arn', 'Resource = "*"'],
    finds: 'least-privilege: HearOfInterruptions is about every resource there is',
  },
];

const GCP_FAULTS: readonly Fault[] = [
  {
    file: 'modules/gcp/redis/main.tf',
    change: ['SERVER_AUTHENTICATION', 'DISABLED'],
    finds: 'encryption: clients connect without TLS',
  },
  {
    file: 'modules/gcp/cluster/main.tf',
    change: ['enable_private_nodes    = true', 'enable_private_nodes    = false'],
    finds: 'not-public: nodes have public addresses',
  },
  {
    file: 'modules/gcp/observability/main.tf',
    change: ['roles/monitoring.metricWriter', 'roles/owner'],
    finds: 'least-privilege: roles/owner is everything',
  },
];

function copyTerraform(to: string): void {
  cpSync(TERRAFORM_FOLDER, to, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !path.includes('.terraform') && !path.includes(join('offline', 'generated')),
  });
}

/** A copy in which words are changed. */
async function brokenCopy(changes: Readonly<Record<string, readonly [from: string, to: string]>>) {
  const folder = await temporaryFolder('tf-broken');
  copyTerraform(folder.path);
  for (const [file, [from, to]] of Object.entries(changes)) {
    const path = join(folder.path, file);
    const content = readFileSync(path, 'utf8');
    if (!content.includes(from)) throw new Error(`${file} has no "${from}" to change.`);
    writeFileSync(path, content.replace(from, to));
  }
  return folder;
}

async function initialized(root: string, providers: OfflineProviders): Promise<void> {
  const { output, exitCode } = await terraform(
    root,
    ['init', '-backend=false', '-input=false', '-no-color'],
    providers,
  );
  if (exitCode !== 0) throw new Error(`${root}: ${output}`);
}

/** What was said of runs that failed. */
function failuresOf(report: string): string[] {
  return report
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter((line) => line['@level'] === 'error')
    .map(
      (line) => `${line['@testrun']}: ${JSON.stringify(line['diagnostic'] ?? line['@message'])}`,
    );
}

/** Where the files of a root lead to, but for its backend. */
function contentsOf(root: string): string {
  const folder = join(TERRAFORM_FOLDER, root);
  return readdirSync(folder)
    .filter((file) => file.endsWith('.tf') && file !== 'backend.tf')
    .map((file) => relative(TERRAFORM_FOLDER, realpathSync(join(folder, file))))
    .join();
}
