import { z } from 'zod';

/** A resource as Terraform has it in its state, or would have. */
export interface Resource {
  /** E.g. `module.region.module.aws[0].module.redis.aws_kms_key.this`. */
  readonly address: string;
  readonly type: string;
  readonly values: Readonly<Record<string, unknown>>;
}

const resourceSchema = z.object({
  address: z.string(),
  mode: z.enum(['managed', 'data']),
  type: z.string(),
  values: z.record(z.string(), z.unknown()).default({}),
});

const moduleSchema = z.object({
  resources: z.array(resourceSchema).default([]),
  get child_modules() {
    return z.array(moduleSchema).default([]);
  },
});

const changeSchema = z.object({
  address: z.string(),
  mode: z.enum(['managed', 'data']),
  type: z.string(),
  /** Null: it goes. */
  change: z.object({ after: z.record(z.string(), z.unknown()).nullable() }),
});

const lineSchema = z.object({
  type: z.string(),
  '@testrun': z.string().optional(),
  test_state: z.object({ root_module: moduleSchema.optional() }).optional(),
  test_plan: z.object({ resource_changes: z.array(changeSchema).default([]) }).optional(),
});

/**
 * What `terraform test -json -verbose` says that a run has made, or would make.
 *
 * @param report - its output, a JSON object a line
 * @param run - name of the run
 * @returns managed resources of all modules; none when there was no such run
 */
export function resourcesOf(report: string, run: string): Resource[] {
  const lines = report.split('\n').filter((line) => line.startsWith('{'));
  const resources: Resource[] = [];
  for (const line of lines) {
    // Most of the lines are progress, and some are large.
    if (!line.includes('"test_state"') && !line.includes('"test_plan"')) continue;
    const { '@testrun': name, test_state, test_plan } = lineSchema.parse(JSON.parse(line));
    if (name !== run) continue;
    if (test_state?.root_module !== undefined) collect(test_state.root_module, resources);
    for (const { mode, change, ...resource } of test_plan?.resource_changes ?? []) {
      if (mode === 'managed' && change.after !== null) {
        resources.push({ ...resource, values: change.after });
      }
    }
  }
  return resources;
}

function collect({ resources, child_modules }: z.infer<typeof moduleSchema>, into: Resource[]) {
  into.push(...resources.filter(({ mode }) => mode === 'managed'));
  for (const child of child_modules) collect(child, into);
}
