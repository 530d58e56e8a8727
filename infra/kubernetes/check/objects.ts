import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';

export const KUBERNETES_FOLDER = join(import.meta.dirname, '..');
export const REGIONS = ['us-east', 'us-west', 'europe', 'asia', 'australia'] as const;

const objectSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    labels: z.record(z.string(), z.string()).optional(),
  }),
});

/** An object of Kubernetes; what is in it depends on its kind. */
export type KubernetesObject = z.infer<typeof objectSchema>;

const run = promisify(execFile);

/**
 * What `kubectl kustomize` makes of a folder.
 *
 * @throws {Error} with kustomize's own words when it cannot
 */
export async function kustomize(folder: string): Promise<KubernetesObject[]> {
  const { stdout } = await run('kubectl', ['kustomize', folder], { maxBuffer: 2 ** 26 });
  return parseAllDocuments(stdout).map((document) => objectSchema.parse(document.toJS()));
}

/** E.g. `Deployment game`. */
export function nameOf({ kind, metadata }: KubernetesObject): string {
  return `${kind} ${metadata.name}`;
}
