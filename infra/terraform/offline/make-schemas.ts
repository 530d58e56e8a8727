// `node infra/terraform/offline/make-schemas.ts`: makes generated/*.json anew, from the bindings of the providers' exact versions. Gets
// up to 80 MB, once: they stay in .toolchain/terraform-bindings.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  type BlockSchema,
  HAS_NESTED_ATTRIBUTES,
  PROVIDER_NAMES,
  PROVIDERS,
  type ProviderName,
} from './provider-schema.ts';
import { Binding } from './read-binding.ts';
import { providerOf, TERRAFORM_FOLDER, usedTypes, writeSchemas } from './schema-files.ts';

const CACHE = join(TERRAFORM_FOLDER, '..', '..', '.toolchain', 'terraform-bindings');

const used = usedTypes();
mkdirSync(join(import.meta.dirname, 'generated'), { recursive: true });
for (const name of PROVIDER_NAMES) {
  const folder = fetchBindings(name);
  const hasNestedAttributes = HAS_NESTED_ATTRIBUTES.has(name);
  const read = (kind: 'resource' | 'data') => {
    const schemas: Record<string, BlockSchema> = {};
    for (const { type } of used.filter((it) => it.kind === kind && providerOf(it.type) === name)) {
      const binding = new Binding(folderOf(folder, { kind, type }), { hasNestedAttributes });
      const resource = binding.readResource(kind);
      if (resource.type !== type)
        throw new Error(`The bindings of ${type} are of ${resource.type}.`);
      schemas[type] = resource.block;
    }
    return schemas;
  };
  const provider = new Binding(join(folder, 'lib', 'provider'), { hasNestedAttributes });
  const resources = read('resource');
  const data_sources = read('data');
  writeSchemas(name, { provider: provider.readProvider(), resources, data_sources });
  const counts = `${Object.keys(resources).length} resources, ${Object.keys(data_sources).length} data sources`;
  process.stdout.write(`${name} ${PROVIDERS[name].version}: ${counts}\n`);
}

/** @returns the package's folder */
function fetchBindings(name: ProviderName): string {
  const { bindings } = PROVIDERS[name];
  const folder = join(CACHE, bindings.replaceAll('/', '+'));
  if (existsSync(folder)) return join(folder, 'package');
  process.stdout.write(`${bindings} …\n`);
  const unpacked = `${folder}.new`;
  rmSync(unpacked, { recursive: true, force: true });
  mkdirSync(unpacked, { recursive: true });
  const packed = execFileSync('npm', ['pack', '--json', bindings], { cwd: unpacked });
  const [{ filename }] = JSON.parse(packed.toString()) as [{ readonly filename: string }];
  execFileSync('tar', ['xzf', filename, '--exclude=.jsii*'], { cwd: unpacked });
  rmSync(join(unpacked, filename));
  execFileSync('mv', [unpacked, folder]);
  return join(folder, 'package');
}

/** E.g. `lib/eks-cluster`, `lib/data-aws-eks-cluster`; `-resource` where the plain name is taken. */
function folderOf(
  folder: string,
  { kind, type }: { readonly kind: 'resource' | 'data'; readonly type: string },
): string {
  const words = type.slice(type.indexOf('_') + 1).replaceAll('_', '-');
  const prefix = kind === 'data' ? `data-${providerOf(type)}-` : '';
  const plain = join(folder, 'lib', `${prefix}${words}`);
  const found = [plain, `${plain}-resource`].find((it) => existsSync(it));
  if (found === undefined) throw new Error(`There is no ${kind} ${type} in ${folder}.`);
  return found;
}
