import { parse } from 'yaml';
import { z } from 'zod';

// What a linter of the language does not ask: rules that keep a workflow from doing more than it says, for longer than it says, with code
// that somebody else may change.

const Permissions = z.union([z.string(), z.record(z.string(), z.string())]);

const Step = z.looseObject({
  name: z.string().optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  with: z.record(z.string(), z.unknown()).optional(),
  shell: z.string().optional(),
  'continue-on-error': z.unknown().optional(),
});

const Job = z.looseObject({
  permissions: Permissions.optional(),
  'runs-on': z.unknown().optional(),
  'timeout-minutes': z.number().optional(),
  'continue-on-error': z.unknown().optional(),
  uses: z.string().optional(),
  secrets: z.unknown().optional(),
  steps: z.array(Step).default([]),
});
type Job = z.infer<typeof Job>;

const Workflow = z.looseObject({
  on: z.union([z.string(), z.array(z.string()), z.record(z.string(), z.unknown())]),
  permissions: Permissions.optional(),
  concurrency: z.unknown().optional(),
  defaults: z.object({ run: z.object({ shell: z.string().optional() }) }).optional(),
  jobs: z.record(z.string(), Job),
});
type Workflow = z.infer<typeof Workflow>;

/** Rights that a job may ask for; beyond reading only the token by which clouds and signatures know it. */
const ALLOWED_RIGHTS: ReadonlySet<string> = new Set(['contents: read', 'id-token: write']);
/** Both run with the rights of the base branch on what a stranger has sent. */
const FORBIDDEN_EVENTS = ['pull_request_target', 'workflow_run'];
const LONGEST_MINUTES = 120;

/** @returns what breaks a rule, as `<job or workflow>: <what>` */
export function workflowViolations(content: string): readonly string[] {
  const parsed = Workflow.safeParse(parse(content));
  if (!parsed.success) return [`workflow: ${z.prettifyError(parsed.error)}`];
  const workflow = parsed.data;
  return [
    ...ofWorkflow(workflow),
    ...unpinned(content),
    ...Object.entries(workflow.jobs).flatMap(([name, job]) =>
      ofJob(job).map((what) => `${name}: ${what}`),
    ),
  ];
}

function ofWorkflow({ on, permissions, concurrency, defaults, jobs }: Workflow): string[] {
  const events = typeof on === 'string' ? [on] : Array.isArray(on) ? on : Object.keys(on as object);
  const found = events
    .filter((event) => FORBIDDEN_EVENTS.includes(event))
    .map((event) => `runs on ${event}`);
  found.push(...ofPermissions(permissions, 'has no permissions at its top: jobs would get all'));
  if (typeof permissions === 'object' && Object.values(permissions).includes('write')) {
    found.push('gives every job the right to write');
  }
  const isCalled = events.every((event) => event === 'workflow_call');
  if (concurrency === undefined && !isCalled) found.push('has no concurrency group');
  const runs = Object.values(jobs).some(({ steps }) => steps.some(({ run }) => run !== undefined));
  // Only with the name given, pipes fail as a whole: `bash --noprofile --norc -eo pipefail`.
  if (runs && defaults?.run.shell !== 'bash') found.push('has not bash as its shell');
  return found.map((what) => `workflow: ${what}`);
}

function ofJob(job: Job): string[] {
  const found = [...ofPermissions(job.permissions, null)];
  const minutes = job['timeout-minutes'];
  if (job.uses === undefined && minutes === undefined) found.push('has no timeout');
  if (minutes !== undefined && minutes > LONGEST_MINUTES) found.push(`may take ${minutes} minutes`);
  if (job.secrets === 'inherit') found.push('passes all secrets on');
  if (String(job['runs-on'] ?? '').includes('latest')) found.push('runs on whatever is newest');
  if (job['continue-on-error'] !== undefined) found.push('goes on after its failure');
  for (const step of job.steps) {
    const name = step.name ?? step.uses ?? (step.run ?? '').split('\n')[0];
    found.push(...ofStep(step).map((what) => `step "${name}" ${what}`));
  }
  return found;
}

function ofStep(step: z.infer<typeof Step>): string[] {
  const found: string[] = [];
  // Whatever it is, trusted or not: the shell gets it through the environment, as a value and not as code.
  if (step.run?.includes('${{')) found.push('has an expression in its script');
  if (step.run !== undefined && /\bset -[a-z]*x|\bprintenv\b|\benv\s*(\||$)/m.test(step.run)) {
    found.push('may print its environment');
  }
  if (step['continue-on-error'] !== undefined) found.push('goes on after its failure');
  if (step.uses?.startsWith('actions/checkout@') && step.with?.['persist-credentials'] !== false) {
    found.push('leaves its token in the checkout');
  }
  return found;
}

function ofPermissions(
  permissions: z.infer<typeof Permissions> | undefined,
  missing: string | null,
): string[] {
  if (permissions === undefined) return missing === null ? [] : [missing];
  if (typeof permissions === 'string') return [`has permissions: ${permissions}`];
  return Object.entries(permissions)
    .map(([name, level]) => `${name}: ${level}`)
    .filter((right) => !ALLOWED_RIGHTS.has(right))
    .map((right) => `has permissions ${right}`);
}

/** By text, for the version is in a comment. */
function unpinned(content: string): string[] {
  const uses = [...content.matchAll(/^\s*(?:- )?uses:\s*(.+)$/gm)].map(([, what = '']) => what);
  return uses
    .filter((what) => !what.startsWith('./'))
    .filter((what) => !/^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(what))
    .map((what) => `workflow: ${what} is not pinned to a commit with its version beside it`);
}
