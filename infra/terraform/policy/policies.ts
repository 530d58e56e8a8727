import type { Resource } from './test-report.ts';

// What no change may break, whoever makes it. A policy looks at what would be made, so it does not matter in which module or by which
// variable it comes about.

/** One thing that is not as it must be. */
export interface Violation {
  readonly policy: string;
  readonly address: string;
  readonly why: string;
}

interface Policy {
  readonly name: string;
  /** Types that it looks at. */
  readonly types: readonly string[];
  /** @returns why it is not right; null: it is */
  readonly check: (resource: Resource, all: readonly Resource[]) => string | null;
}

const EVERYBODY = new Set(['0.0.0.0/0', '::/0']);

/** Fields of a policy document that may be everything, and why. */
const WILDCARDS_WITH_REASON: ReadonlySet<string> = new Set([
  // Reading has no resource to be bound to.
  'Look',
  // ECR's sign-in is of the whole registry.
  'SignIn',
  // Policies of a key speak of the key they belong to.
  'Owner',
  'Alarms',
]);

const POLICIES: readonly Policy[] = [
  {
    name: 'open-ports',
    types: ['aws_vpc_security_group_ingress_rule'],
    check: ({ values }) => {
      const isOpen =
        EVERYBODY.has(text(values['cidr_ipv4'])) || EVERYBODY.has(text(values['cidr_ipv6']));
      const isTls = values['from_port'] === 443 && values['to_port'] === 443;
      return isOpen && !isTls
        ? `everybody may come to port ${text(values['from_port'])}; only 443 is for everybody`
        : null;
    },
  },
  {
    name: 'open-ports',
    types: ['aws_security_group', 'aws_default_security_group'],
    check: ({ values }) =>
      blocks(values['ingress']).some((rule) =>
        list(rule['cidr_blocks']).some((cidr) => EVERYBODY.has(text(cidr))),
      )
        ? 'rules of its own let everybody in; rules are resources of their own here'
        : null,
  },
  {
    name: 'open-ports',
    types: ['google_compute_firewall'],
    check: ({ values }) =>
      list(values['source_ranges']).some((range) => EVERYBODY.has(text(range))) &&
      blocks(values['allow']).some((rule) => list(rule['ports']).join() !== '443')
        ? 'everybody may come to a port that is not 443'
        : null,
  },
  {
    name: 'encryption',
    types: ['aws_elasticache_replication_group'],
    check: ({ values }) => {
      if (text(values['at_rest_encryption_enabled']) !== 'true') return 'not encrypted at rest';
      return values['transit_encryption_mode'] === 'required'
        ? null
        : 'clients may connect without TLS';
    },
  },
  {
    name: 'encryption',
    types: ['aws_eks_cluster'],
    check: ({ values }) =>
      blocks(values['encryption_config']).some((it) => list(it['resources']).includes('secrets'))
        ? null
        : 'secrets of the cluster are not encrypted with a key of ours',
  },
  {
    name: 'encryption',
    types: ['aws_launch_template'],
    check: ({ values }) =>
      blocks(values['block_device_mappings']).every((it) =>
        blocks(it['ebs']).every((volume) => text(volume['encrypted']) === 'true'),
      )
        ? null
        : 'disks are not encrypted',
  },
  {
    name: 'encryption',
    types: ['aws_s3_bucket'],
    check: (bucket, all) =>
      beside(bucket, 'aws_s3_bucket_server_side_encryption_configuration', all)
        ? null
        : 'not encrypted',
  },
  {
    name: 'encryption',
    types: ['aws_sqs_queue'],
    check: ({ values }) =>
      values['sqs_managed_sse_enabled'] === true || text(values['kms_master_key_id']) !== ''
        ? null
        : 'not encrypted',
  },
  {
    name: 'encryption',
    types: ['aws_kms_key'],
    check: ({ values }) =>
      values['enable_key_rotation'] === true ? null : 'the key is never rotated',
  },
  {
    name: 'encryption',
    types: ['google_redis_instance'],
    check: ({ values }) => {
      if (values['transit_encryption_mode'] !== 'SERVER_AUTHENTICATION')
        return 'clients connect without TLS';
      return values['auth_enabled'] === true
        ? null
        : 'anybody on the network may connect: no password';
    },
  },
  {
    name: 'encryption',
    types: ['google_container_cluster'],
    check: ({ values }) =>
      blocks(values['database_encryption']).some(({ state }) => state === 'ENCRYPTED')
        ? null
        : 'secrets of the cluster are not encrypted with a key of ours',
  },
  {
    name: 'encryption',
    types: ['google_storage_bucket'],
    check: ({ values }) =>
      blocks(values['encryption']).length > 0 ? null : 'not encrypted with a key of ours',
  },
  {
    name: 'not-public',
    types: ['aws_s3_bucket'],
    check: (bucket, all) =>
      beside(bucket, 'aws_s3_bucket_public_access_block', all) ? null : 'may be made public',
  },
  {
    name: 'not-public',
    types: ['google_storage_bucket'],
    check: ({ values }) =>
      values['public_access_prevention'] === 'enforced' ? null : 'may be made public',
  },
  {
    name: 'not-public',
    types: ['aws_subnet'],
    check: ({ values }) =>
      values['map_public_ip_on_launch'] === true ? 'machines in it get public addresses' : null,
  },
  {
    name: 'not-public',
    types: ['google_container_cluster'],
    check: ({ values }) =>
      blocks(values['private_cluster_config']).some((it) => it['enable_private_nodes'] === true)
        ? null
        : 'nodes have public addresses',
  },
  {
    name: 'not-public',
    types: ['aws_eks_cluster'],
    check: ({ values }) =>
      blocks(values['vpc_config']).some((it) =>
        list(it['public_access_cidrs']).some((cidr) => EVERYBODY.has(text(cidr))),
      )
        ? 'everybody may reach the API'
        : null,
  },
  {
    name: 'metadata',
    types: ['aws_launch_template'],
    check: ({ values }) =>
      blocks(values['metadata_options']).some(
        (it) => it['http_tokens'] === 'required' && Number(it['http_put_response_hop_limit']) === 1,
      )
        ? null
        : 'a pod can get the credentials of its node (IMDSv2 with one hop is wanted)',
  },
  {
    name: 'metadata',
    types: ['google_container_node_pool'],
    check: ({ values }) =>
      blocks(values['node_config']).every((node) =>
        blocks(node['workload_metadata_config']).some(({ mode }) => mode === 'GKE_METADATA'),
      )
        ? null
        : 'a pod can get the credentials of its node',
  },
  {
    name: 'deletion',
    types: ['aws_eks_cluster', 'google_container_cluster'],
    check: ({ values }) =>
      values['deletion_protection'] === true ? null : 'an apply may delete it',
  },
  {
    name: 'deletion',
    types: ['aws_lb'],
    check: ({ values }) =>
      values['enable_deletion_protection'] === true ? null : 'an apply may delete it',
  },
  {
    name: 'deletion',
    types: ['mongodbatlas_advanced_cluster'],
    check: ({ values }) =>
      values['termination_protection_enabled'] === true ? null : 'an apply may delete it',
  },
  {
    name: 'deletion',
    types: ['aws_elasticache_replication_group'],
    check: ({ values }) =>
      text(values['final_snapshot_identifier']) === ''
        ? 'nothing is left when it is deleted'
        : null,
  },
  {
    name: 'availability',
    types: ['aws_elasticache_replication_group'],
    check: ({ values }) =>
      values['multi_az_enabled'] === true &&
      values['automatic_failover_enabled'] === true &&
      Number(values['num_cache_clusters']) >= 2
        ? null
        : 'a zone takes it along',
  },
  {
    name: 'availability',
    types: ['google_redis_instance'],
    check: ({ values }) => (values['tier'] === 'STANDARD_HA' ? null : 'a zone takes it along'),
  },
  {
    name: 'backups',
    types: ['mongodbatlas_advanced_cluster'],
    check: ({ values }) =>
      values['backup_enabled'] === true && values['pit_enabled'] === true
        ? null
        : 'cannot be restored to a moment',
  },
  {
    name: 'nothing-evicted',
    types: ['google_redis_instance'],
    check: ({ values }) =>
      (values['redis_configs'] as Record<string, unknown> | undefined)?.['maxmemory-policy'] ===
      'noeviction'
        ? null
        : 'a full Redis would forget rooms',
  },
  {
    name: 'nothing-evicted',
    types: ['aws_elasticache_parameter_group'],
    check: ({ values }) =>
      blocks(values['parameter']).some(
        ({ name, value }) => name === 'maxmemory-policy' && value === 'noeviction',
      )
        ? null
        : 'a full Redis would forget rooms',
  },
  {
    name: 'least-privilege',
    types: [
      'aws_iam_role_policy',
      'aws_iam_policy',
      'aws_kms_key',
      'aws_sqs_queue_policy',
      'aws_s3_bucket_policy',
    ],
    check: ({ address, values }) => wildcardIn(address, values['policy']),
  },
  {
    name: 'least-privilege',
    types: ['aws_iam_role'],
    check: ({ values }) => strangerIn(values['assume_role_policy']),
  },
  {
    name: 'least-privilege',
    types: ['google_project_iam_member'],
    check: ({ values }) =>
      /^roles\/(owner|editor)$/.test(text(values['role']))
        ? `${text(values['role'])} is everything`
        : null,
  },
  {
    name: 'least-privilege',
    types: ['google_iam_workload_identity_pool_provider'],
    check: ({ values }) =>
      text(values['attribute_condition']).includes('assertion.repository ==')
        ? null
        : 'any repository of the world may come in',
  },
];

/** @returns what is not as it must be; empty: everything is */
export function violations(resources: readonly Resource[]): Violation[] {
  const found: Violation[] = [];
  for (const resource of resources) {
    for (const { name, types, check } of POLICIES) {
      if (!types.includes(resource.type)) continue;
      const why = check(resource, resources);
      if (why !== null) found.push({ policy: name, address: resource.address, why });
    }
  }
  return found;
}

interface Statement {
  readonly Sid?: string;
  readonly Effect?: string;
  readonly Action?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Principal?: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

function statementsOf(document: unknown): Statement[] {
  if (typeof document !== 'string' || !document.startsWith('{')) return [];
  const { Statement } = JSON.parse(document) as { readonly Statement?: readonly Statement[] };
  return [...(Statement ?? [])];
}

function wildcardIn(address: string, document: unknown): string | null {
  for (const { Sid = '', Effect, Action, Resource: resource } of statementsOf(document)) {
    if (Effect !== 'Allow' || WILDCARDS_WITH_REASON.has(Sid)) continue;
    const actions = many(Action);
    if (actions.some((action) => action === '*' || action.endsWith(':*'))) {
      return `${Sid || 'a statement'} allows ${actions.join(', ')}`;
    }
    // The boundary says what nobody gets; what it allows, a role still has to be given.
    const isBoundary = address.endsWith('aws_iam_policy.boundary');
    if (many(resource).includes('*') && !isBoundary)
      return `${Sid || 'a statement'} is about every resource there is`;
  }
  return null;
}

/** GitHub vouches for every repository of the world: a role that trusts it must say for which. */
function strangerIn(document: unknown): string | null {
  for (const { Action, Condition, Principal } of statementsOf(document)) {
    if (JSON.stringify(Principal) === '{"AWS":"*"}' || Principal === '*')
      return 'anybody may take this role';
    if (!many(Action).includes('sts:AssumeRoleWithWebIdentity')) continue;
    const subjects = Object.entries(Condition?.['StringEquals'] ?? {}).find(([key]) =>
      key.endsWith(':sub'),
    );
    if (subjects === undefined) return 'any repository of the world may take this role';
  }
  return null;
}

/** Whether a resource of `type` is there for this one: same module, same name. */
function beside({ address, type }: Resource, other: string, all: readonly Resource[]): boolean {
  const wanted = address.replace(`${type}.`, `${other}.`);
  return all.some((it) => it.address === wanted);
}

const many = (value: string | readonly string[] | undefined) =>
  typeof value === 'string' ? [value] : [...(value ?? [])];
const text = (value: unknown) => (value === undefined || value === null ? '' : String(value));
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const blocks = (value: unknown) => list(value) as Record<string, unknown>[];
