import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type KubernetesObject, nameOf } from './objects.ts';

// Two looks at each object: validators made from Kubernetes' own schemas find wrong types and what is missing; they let unknown fields
// pass, as the server does, so the compiler looks for those.

const REPOSITORY = join(import.meta.dirname, '..', '..', '..');

/** Packages of schemas by API group; the core's otherwise. */
const PACKAGES: Readonly<Record<string, string>> = {
  'cert-manager.io': '@kubernetes-models/cert-manager',
  'external-secrets.io': '@kubernetes-models/external-secrets',
  'karpenter.k8s.aws': '@kubernetes-models/karpenter',
  'karpenter.sh': '@kubernetes-models/karpenter',
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator',
};

/** Groups that no package has schemas of: they are not looked at, and tests say so. */
export const GROUPS_WITHOUT_SCHEMA: ReadonlySet<string> = new Set(['elbv2.k8s.aws']);

type ModelModule = Readonly<Record<string, new (object: object) => { validate(): void }>>;

/** @returns what is wrong, a line each; empty: nothing */
export async function schemaFaults(objects: readonly KubernetesObject[]): Promise<string[]> {
  const known = objects.filter(({ apiVersion }) => !GROUPS_WITHOUT_SCHEMA.has(groupOf(apiVersion)));
  const faults: string[] = [];
  for (const object of known) {
    const module = (await import(moduleOf(object))) as ModelModule;
    const Model = module[object.kind];
    if (Model === undefined)
      throw new Error(`There is no schema of ${object.apiVersion} ${object.kind}.`);
    try {
      new Model(object).validate();
    } catch (error) {
      faults.push(`${nameOf(object)}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return [...faults, ...(await unknownFields(known))];
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}

function moduleOf({ apiVersion, kind }: KubernetesObject): string {
  return `${PACKAGES[groupOf(apiVersion)] ?? 'kubernetes-models'}/${apiVersion}/${kind}`;
}

const run = promisify(execFile);

/** The objects as literals of their types: TypeScript refuses a field that a type does not have. */
async function unknownFields(objects: readonly KubernetesObject[]): Promise<string[]> {
  const folder = join(REPOSITORY, 'node_modules', '.cache', `kubernetes-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  try {
    const literals = objects.map(
      (object, n) =>
        `import type { I${object.kind} as T${n} } from '${moduleOf(object)}';\nexport const o${n}: T${n} = ${JSON.stringify(object)};`,
    );
    writeFileSync(join(folder, 'objects.ts'), literals.join('\n'));
    const options = ['--noEmit', '--strict', '--skipLibCheck', '--pretty', 'false'];
    const modules = ['--module', 'nodenext', '--target', 'es2022', '--types', ''];
    const compiler = join(REPOSITORY, 'node_modules', 'typescript', 'bin', 'tsc');
    const args = [compiler, ...options, ...modules, 'objects.ts', '--ignoreConfig'];
    await run(process.execPath, args, { cwd: folder, maxBuffer: 2 ** 26 });
    return [];
  } catch (error) {
    const { stdout = '' } = error as { readonly stdout?: string };
    const lines = stdout.split('\n').filter((line) => line.startsWith('objects.ts('));
    // It did not get so far as to look at them.
    if (lines.length === 0) throw error;
    return lines.map((line) => named(line, objects));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Says of which object a line of the compiler speaks: each takes two lines of the file. */
function named(line: string, objects: readonly KubernetesObject[]): string {
  const [, at = '1', words = line] = /^objects\.ts\((\d+),\d+\): (.*)$/.exec(line) ?? [];
  const object = objects[Math.floor((Number(at) - 1) / 2)];
  return `${object === undefined ? '?' : nameOf(object)}: ${words}`;
}
