// Writes configuration.md beside this file:  node --conditions=meridian-source docs/reference/generate-configuration.ts
// test/integration/reference.test.ts fails when the file is stale.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { MeridianConfig } from '../../src/config/config.ts';
import { environmentNames } from '../../src/config/load-config.ts';
import { DocComments } from './doc-comments.ts';
import { markdownTable } from './markdown-table.ts';

/** What of a JSON schema is shown. */
interface JsonSchema {
  readonly type?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly JsonSchema[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
}

const INTRODUCTION = `# Configuration

Made from \`src/config/\` by \`docs/reference/generate-configuration.ts\`; do not edit.

Every setting is an environment variable, \`MERIDIAN_<SECTION>_<KEY>\`, and has a safe default. A variable that is set to
nothing is not set. Durations are in milliseconds, sizes in bytes. A node with a wrong setting does not start: it names all
problems at once, and an unknown name with our prefix is one of them.`;

/** The page, one table for each section. */
export function configurationPage(): string {
  const comments = new DocComments(
    'src/config/play-config.ts',
    'src/config/service-config.ts',
    'src/config/operations-config.ts',
  );
  const schema = z.toJSONSchema(MeridianConfig, { io: 'output' }) as JsonSchema;
  const sections = Object.entries(schema.properties ?? {}).map(([section, { properties = {} }]) => {
    const constant = `${section[0]?.toUpperCase()}${section.slice(1)}Config`;
    const texts = comments.ofKeys(constant);
    const rows = Object.entries(properties).map(([key, setting]) => [
      namesOf(section, key).join('<br>'),
      typeOf(setting),
      defaultOf(setting),
      required(texts.get(key), `${constant}.${key} has no comment`),
    ]);
    return [
      `## ${section}`,
      ...[comments.ofConst(constant)].filter((text) => text !== ''),
      markdownTable(['variable', 'value', 'default', 'meaning'], rows),
    ].join('\n\n');
  });
  return `${[INTRODUCTION, ...sections].join('\n\n')}\n`;
}

/** The variables of one setting, ours first. */
function namesOf(section: string, key: string): string[] {
  return [...environmentNames()]
    .filter(([, path]) => path.join('.') === `${section}.${key}`)
    .map(([name]) => `\`${name}\``)
    .sort((a, b) => Number(b.startsWith('`MERIDIAN_')) - Number(a.startsWith('`MERIDIAN_')));
}

function typeOf(schema: JsonSchema): string {
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(', ');
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(', or ');
  if (schema.const === '') return 'empty';
  switch (schema.type) {
    case 'object':
      return '`name=value` pairs, with commas between';
    case 'integer':
      return `integer, ${rangeOf(schema)}`;
    case 'number':
      return `number, ${rangeOf(schema)}`;
    case 'boolean':
      return '`true` or `false`';
    case 'array':
      return schema.items?.type === 'object' ? 'JSON' : 'list, with commas between';
    case 'string':
      return (schema.minLength ?? 0) > 1 ? `at least ${schema.minLength} characters` : 'text';
    default:
      throw new Error(`No words for ${JSON.stringify(schema)}.`);
  }
}

function rangeOf({ minimum, exclusiveMinimum, maximum }: JsonSchema): string {
  const least = minimum ?? (exclusiveMinimum ?? 0) + 1;
  const isBounded = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
  return isBounded ? `${least} to ${maximum}` : `at least ${least}`;
}

function defaultOf(schema: JsonSchema): string {
  const { default: given } = schema;
  const isNothing = typeof given === 'object' && !Array.isArray(given);
  const value = isNothing ? '' : Array.isArray(given) ? given.join(',') : String(given);
  return value === '' ? 'empty' : `\`${value}\``;
}

function required(text: string | undefined, problem: string): string {
  if (text === undefined || text === '') throw new Error(problem);
  return text;
}

if (import.meta.main) {
  writeFileSync(join(import.meta.dirname, 'configuration.md'), configurationPage());
}
