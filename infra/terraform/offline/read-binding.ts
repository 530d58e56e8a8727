import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  ANYTHING,
  AttributeRead,
  BINDING_LIBRARY,
  ComplexList,
  ComplexMap,
  ComplexObject,
  type Construct,
  TerraformDataSource,
  TerraformProvider,
  TerraformResource,
  type WrittenArgument,
} from './binding-library.ts';
import type {
  AttributeSchema,
  BlockSchema,
  NestedBlockSchema,
  NestingMode,
  TypeExpression,
} from './provider-schema.ts';

// Reads a provider's schema back out of its published bindings (npm, `@cdktf/provider-*`), which were made from it. Nothing of a
// provider runs; what bindings leave out (allowed values, conflicts, more than one least item) is not known here either.

type ConstructClass = new (scope: unknown, id: string, config: unknown) => Construct;

/** A folder of bindings, loaded. */
export class Binding {
  readonly #classes: readonly ConstructClass[];
  /** By interface of a configuration: arguments that are blocks. */
  readonly #blocks: ReadonlyMap<string, ReadonlySet<string>>;
  readonly #hasNestedAttributes: boolean;

  /** @param folder - with its `index.js` and `index.d.ts` */
  constructor(folder: string, { hasNestedAttributes }: { readonly hasNestedAttributes: boolean }) {
    const exported = loadCommonJs(join(folder, 'index.js'));
    this.#classes = Object.values(exported).filter((it) => typeof it === 'function') as never;
    this.#blocks = blocksDeclaredIn(declarationsOf(folder));
    this.#hasNestedAttributes = hasNestedAttributes;
  }

  /** @throws {Error} when the bindings have none of this kind */
  readResource(kind: 'resource' | 'data'): { readonly type: string; readonly block: BlockSchema } {
    const base = kind === 'data' ? TerraformDataSource : TerraformResource;
    const Resource = this.#classOf(base);
    const resource = new Resource(null, 'it', ANYTHING);
    return {
      type: resource.metadata.terraformResourceType,
      block: this.#blockOf(resource, `${Resource.name}Config`),
    };
  }

  readProvider(): BlockSchema {
    const Provider = this.#classOf(TerraformProvider);
    const provider = new Provider(null, 'it', ANYTHING) as Construct & {
      synthesizeHclAttributes(): Record<string, WrittenArgument>;
    };
    const written = this.#blockOfArguments(
      provider.synthesizeHclAttributes(),
      `${Provider.name}Config`,
    );
    // Terraform's own.
    const { alias: _alias, ...attributes } = written.attributes;
    return { ...written, attributes };
  }

  #classOf(base: typeof Construct): ConstructClass {
    const found = this.#classes.find(({ prototype }) => prototype instanceof base);
    if (found === undefined) throw new Error(`There is no ${base.name} in these bindings.`);
    return found;
  }

  #blockOf(element: object, configuration: string): BlockSchema {
    const attributes: Record<string, AttributeSchema> = {};
    const block_types: Record<string, NestedBlockSchema> = {};
    const { prototype } = element.constructor;
    for (const [property, { get, set }] of Object.entries(
      Object.getOwnPropertyDescriptors(prototype as object),
    )) {
      if (get === undefined || property === 'internalValue') continue;
      // Getters of what was given (`…Input`) answer with something else.
      const read: unknown = get.call(element);
      const settings = settingsOf(prototype, property, set !== undefined);
      if (read instanceof AttributeRead) {
        attributes[read.name] = { type: read.type, ...settings };
        continue;
      }
      const nested = nestedIn(read);
      if (nested === null) continue;
      const { attribute, mode, object } = nested;
      const block = this.#blockOf(object, configurationOf(object));
      if (this.#blocks.get(configuration)?.has(attribute) === true) {
        block_types[attribute] = { nesting_mode: mode, block, ...boundsOf(nested, settings) };
      } else {
        attributes[attribute] = { ...this.#objects(mode, block), ...settings };
      }
    }
    return { attributes, block_types };
  }

  /** Objects that are no block but the value of an attribute. */
  #objects(mode: NestingMode, block: BlockSchema) {
    if (this.#hasNestedAttributes) {
      return { nested_type: { nesting_mode: mode, attributes: block.attributes } };
    }
    const object = objectType(block);
    return { type: mode === 'single' ? object : ([mode, object] as TypeExpression) };
  }

  #blockOfArguments(written: object, configuration: string): BlockSchema {
    const attributes: Record<string, AttributeSchema> = {};
    const block_types: Record<string, NestedBlockSchema> = {};
    for (const [name, argument] of Object.entries(written) as [string, WrittenArgument][]) {
      const type = TYPES_OF_ARGUMENTS[argument.storageClassType];
      if (type !== undefined) {
        const isCollection = Array.isArray(type) && type[0] === 'list';
        const whole = isCollection ? [argument.type, type[1]] : type;
        attributes[name] = { type: whole as TypeExpression, optional: true };
        continue;
      }
      const mode = argument.type === 'struct' ? 'single' : (argument.type as NestingMode);
      const inner = argument.storageClassType.replace(/List$/, '');
      const block = this.#blockOfArguments(argument.value as object, inner);
      if (this.#blocks.get(configuration)?.has(name) === true) {
        block_types[name] = { nesting_mode: mode, block };
      } else {
        attributes[name] = { ...this.#objects(mode, block), optional: true };
      }
    }
    return { attributes, block_types };
  }
}

const TYPES_OF_ARGUMENTS: Readonly<Record<string, TypeExpression>> = {
  string: 'string',
  number: 'number',
  boolean: 'bool',
  any: 'dynamic',
  stringList: ['list', 'string'],
  numberList: ['list', 'number'],
  stringMap: ['map', 'string'],
  booleanMap: ['map', 'bool'],
};

interface NestedObjects {
  readonly attribute: string;
  readonly mode: NestingMode;
  readonly isOnlyOne: boolean;
  readonly object: ComplexObject;
}

function boundsOf(
  { mode, isOnlyOne }: NestedObjects,
  { required }: { readonly required?: true },
): Pick<NestedBlockSchema, 'min_items' | 'max_items'> {
  if (mode === 'single') return {};
  return { min_items: required === true ? 1 : 0, max_items: isOnlyOne ? 1 : 0 };
}

/** Objects that a getter answers with; null when it answers with something else. */
function nestedIn(read: unknown): NestedObjects | null {
  if (read instanceof ComplexList) {
    const { attribute, isSet } = read;
    return { attribute, mode: isSet ? 'set' : 'list', isOnlyOne: false, object: read.get(0) };
  }
  if (read instanceof ComplexMap) {
    return { attribute: read.attribute, mode: 'map', isOnlyOne: false, object: read.get('it') };
  }
  if (!(read instanceof ComplexObject)) return null;
  const { attribute, isOfSet, index } = read;
  // A set of one at most is a list here: bindings do not tell.
  const ofMany = isOfSet ? 'set' : 'list';
  return {
    attribute,
    mode: index === undefined ? 'single' : ofMany,
    isOnlyOne: true,
    object: read,
  };
}

/** What may be set has a setter (blocks: `put…`); what may be left out can be reset. */
function settingsOf(prototype: object, property: string, hasSetter: boolean) {
  const name = property.replace(/^./, (first) => first.toUpperCase());
  if (!hasSetter && !(`put${name}` in prototype)) return { computed: true } as const;
  const mayBeLeftOut = `reset${name}` in prototype || `resetTf${name}` in prototype;
  return mayBeLeftOut
    ? ({ optional: true, computed: true } as const)
    : ({ required: true } as const);
}

function configurationOf(object: ComplexObject): string {
  return object.constructor.name.replace(/OutputReference$/, '');
}

function objectType({ attributes, block_types }: BlockSchema): TypeExpression {
  const types: Record<string, TypeExpression> = {};
  for (const [name, attribute] of Object.entries(attributes)) {
    if ('type' in attribute) types[name] = attribute.type;
  }
  for (const [name, { nesting_mode: mode, block }] of Object.entries(block_types)) {
    const inner = objectType(block);
    types[name] = mode === 'single' ? inner : [mode, inner];
  }
  return ['object', types];
}

/** Arguments are documented as "<name> block", those that are. */
function blocksDeclaredIn(declarations: string): Map<string, Set<string>> {
  const blocks = new Map<string, Set<string>>();
  let names = new Set<string>();
  for (const line of declarations.split('\n')) {
    const opened = /^export interface (\w+)/.exec(line);
    if (opened?.[1] !== undefined) {
      names = new Set();
      blocks.set(opened[1], names);
    }
    const block = /^\s+\* (\w+) block$/.exec(line);
    if (block?.[1] !== undefined) names.add(block[1]);
  }
  return blocks;
}

function declarationsOf(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.d.ts'))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n');
}

/** Bindings require each other and the library; nothing else is given to them. */
function loadCommonJs(path: string): Record<string, unknown> {
  const module = { exports: {} as Record<string, unknown> };
  const require = (id: string) => {
    if (id === 'cdktf') return BINDING_LIBRARY;
    const file = join(dirname(path), id);
    return loadCommonJs(existsSync(`${file}.js`) ? `${file}.js` : join(file, 'index.js'));
  };
  const code = readFileSync(path, 'utf8');
  new Function('require', 'module', 'exports', code)(require, module, module.exports);
  return module.exports;
}
