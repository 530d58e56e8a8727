// What a provider says of its resources: the shape of `terraform providers schema -json`, the part of it that is used here.

/** Terraform's own notation of a type: `"string"`, `["list", "string"]`, `["object", { … }]`. */
export type TypeExpression =
  | 'string'
  | 'number'
  | 'bool'
  | 'dynamic'
  | readonly ['list' | 'set' | 'map', TypeExpression]
  | readonly ['object', Readonly<Record<string, TypeExpression>>];

export type NestingMode = 'single' | 'list' | 'set' | 'map';

interface Settings {
  readonly required?: true;
  readonly optional?: true;
  readonly computed?: true;
}

/** An attribute of one type, or (of providers of protocol 6) with attributes of its own. */
export type AttributeSchema = Settings &
  (
    | { readonly type: TypeExpression }
    | {
        readonly nested_type: {
          readonly nesting_mode: NestingMode;
          readonly attributes: Readonly<Record<string, AttributeSchema>>;
        };
      }
  );

export interface NestedBlockSchema {
  readonly nesting_mode: NestingMode;
  readonly block: BlockSchema;
  readonly min_items?: number;
  readonly max_items?: number;
}

export interface BlockSchema {
  readonly attributes: Readonly<Record<string, AttributeSchema>>;
  readonly block_types: Readonly<Record<string, NestedBlockSchema>>;
}

/** By the type of the resource or data source, e.g. `aws_eks_cluster`. */
export type SchemasByType = Readonly<Record<string, BlockSchema>>;

export interface ProviderSchema {
  readonly provider: BlockSchema;
  readonly resources: SchemasByType;
  readonly data_sources: SchemasByType;
}

/** Providers that the roots use: their source, the version that the schemas are of, and the npm package they are read from. */
export const PROVIDERS = {
  aws: { source: 'hashicorp/aws', version: '6.25.0', bindings: '@cdktf/provider-aws@21.22.1' },
  google: {
    ...{ source: 'hashicorp/google', version: '6.50.0' },
    bindings: '@cdktf/provider-google@16.12.1',
  },
  kubernetes: {
    ...{ source: 'hashicorp/kubernetes', version: '2.38.0' },
    bindings: '@cdktf/provider-kubernetes@12.1.1',
  },
  helm: { source: 'hashicorp/helm', version: '3.1.1', bindings: '@cdktf/provider-helm@12.1.2' },
  mongodbatlas: {
    ...{ source: 'mongodb/mongodbatlas', version: '1.41.1' },
    bindings: '@cdktf/provider-mongodbatlas@8.6.2',
  },
  random: {
    ...{ source: 'hashicorp/random', version: '3.7.2' },
    bindings: '@cdktf/provider-random@12.0.1',
  },
  tls: { source: 'hashicorp/tls', version: '4.1.0', bindings: '@cdktf/provider-tls@11.0.1' },
} as const;

export type ProviderName = keyof typeof PROVIDERS;
export const PROVIDER_NAMES = Object.keys(PROVIDERS) as readonly ProviderName[];

/** Providers of protocol 6, whose objects are attributes with attributes rather than a type. */
export const HAS_NESTED_ATTRIBUTES: ReadonlySet<ProviderName> = new Set([
  'helm',
  'mongodbatlas',
  'random',
]);
