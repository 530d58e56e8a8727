import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProviderName, ProviderSchema, SchemasByType } from './provider-schema.ts';

// The schemas of what our modules use, in the repository: so no test has to get 900 MB of bindings.

export const TERRAFORM_FOLDER = join(import.meta.dirname, '..');

const fileOf = (name: ProviderName) =>
  join(TERRAFORM_FOLDER, 'offline', 'generated', `${name}.json`);

export function readSchemas(name: ProviderName): ProviderSchema {
  return JSON.parse(readFileSync(fileOf(name), 'utf8')) as ProviderSchema;
}

/** A line for each type, so that a diff says what came and went. */
export function writeSchemas(name: ProviderName, schema: ProviderSchema): void {
  const lines = [
    '{',
    `"provider": ${JSON.stringify(schema.provider)},`,
    `"resources": ${linesOf(schema.resources)},`,
    `"data_sources": ${linesOf(schema.data_sources)}`,
    '}',
  ];
  writeFileSync(fileOf(name), `${lines.join('\n')}\n`);
}

function linesOf(schemas: SchemasByType): string {
  const types = Object.keys(schemas).sort();
  if (types.length === 0) return '{}';
  const lines = types.map((type) => `${JSON.stringify(type)}: ${JSON.stringify(schemas[type])}`);
  return `{\n${lines.join(',\n')}\n}`;
}

/** A type that our configuration uses, and what it is. */
export interface UsedType {
  readonly kind: 'resource' | 'data';
  readonly type: string;
}

/** All of them, of every module and root. */
export function usedTypes(folder = TERRAFORM_FOLDER): UsedType[] {
  const found = new Map<string, UsedType>();
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.tf') || file.includes('.terraform')) continue;
    const text = readFileSync(join(folder, file), 'utf8');
    for (const [, kind, type] of text.matchAll(/^(resource|data) "(\w+)" "/gm)) {
      if (kind === undefined || type === undefined || type === 'terraform_data') continue;
      found.set(`${kind} ${type}`, { kind: kind as UsedType['kind'], type });
    }
  }
  return [...found.values()].sort((a, b) => a.type.localeCompare(b.type));
}

/** @returns the provider of a type, by its first word */
export function providerOf(type: string): ProviderName {
  return type.slice(0, type.indexOf('_')) as ProviderName;
}
