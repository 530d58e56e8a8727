import { join } from 'node:path';
import {
  loadPackageDefinition,
  Server,
  ServerCredentials,
  type ServiceClientConstructor,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import {
  type AttributeSchema,
  type BlockSchema,
  type NestingMode,
  PROVIDER_NAMES,
  PROVIDERS,
  type ProviderSchema,
  type SchemasByType,
  type TypeExpression,
} from './provider-schema.ts';
import { readSchemas } from './schema-files.ts';

// Providers that know their schemas and nothing else, for the real Terraform: it finds them by TF_REATTACH_PROVIDERS, asks for the
// schemas, and checks a configuration against them. What would touch a cloud is refused; tests of modules mock it.

/** Providers that listen, and the environment in which `terraform` finds them. */
export class OfflineProviders implements AsyncDisposable {
  /** For `terraform`, on top of what else it needs. */
  readonly env: Readonly<Record<string, string>>;
  readonly #servers: readonly Server[];

  /** @param folder - for their sockets; not deep, the path of a socket has 107 bytes */
  static async start(folder: string): Promise<OfflineProviders> {
    const servers: Server[] = [];
    const reattach: Record<string, object> = {};
    for (const name of PROVIDER_NAMES) {
      const server = new Server({ 'grpc.max_send_message_length': -1 });
      server.addService(providerService(), answersOf(readSchemas(name)));
      const socket = join(folder, `${name}.sock`);
      await new Promise<void>((resolve, reject) => {
        server.bindAsync(`unix://${socket}`, ServerCredentials.createInsecure(), (error) =>
          error === null ? resolve() : reject(error),
        );
      });
      servers.push(server);
      reattach[`registry.terraform.io/${PROVIDERS[name].source}`] = {
        ...{ Protocol: 'grpc', ProtocolVersion: 6, Pid: process.pid, Test: true },
        Addr: { Network: 'unix', String: socket },
      };
    }
    return new OfflineProviders(servers, reattach);
  }

  private constructor(servers: readonly Server[], reattach: Readonly<Record<string, object>>) {
    this.#servers = servers;
    this.env = { TF_REATTACH_PROVIDERS: JSON.stringify(reattach), CHECKPOINT_DISABLE: '1' };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.#servers) server.forceShutdown();
  }
}

function providerService() {
  const definition = loadSync(join(import.meta.dirname, 'provider.proto'), {
    ...{ keepCase: true, enums: String },
  });
  const loaded = loadPackageDefinition(definition)['tfplugin6'] as {
    readonly Provider: ServiceClientConstructor;
  };
  return loaded.Provider.service;
}

type Reply = (error: null, value: object) => void;

function answersOf(schema: ProviderSchema) {
  const schemas = {
    provider: schemaMessage(schema.provider),
    resource_schemas: schemaMessages(schema.resources),
    data_source_schemas: schemaMessages(schema.data_sources),
  };
  const fine = (_call: unknown, reply: Reply) => reply(null, {});
  const refused = (_call: unknown, reply: Reply) =>
    reply(null, {
      diagnostics: [
        {
          severity: 'ERROR',
          summary: 'This provider knows schemas only',
          detail:
            'Nothing is read from a cloud here, or made in it: mock the provider (mock_provider).',
        },
      ],
    });
  return {
    GetProviderSchema: (_call: unknown, reply: Reply) => reply(null, schemas),
    UpgradeResourceState: (
      call: { readonly request: { readonly raw_state: { readonly json: Buffer } } },
      reply: Reply,
    ) => reply(null, { upgraded_state: { json: call.request.raw_state.json } }),
    ...{ ValidateProviderConfig: fine, ValidateResourceConfig: fine, ConfigureProvider: fine },
    ...{ ValidateDataResourceConfig: fine, StopProvider: fine },
    ...{ ReadResource: refused, PlanResourceChange: refused, ApplyResourceChange: refused },
    ReadDataSource: refused,
  };
}

function schemaMessages(schemas: SchemasByType) {
  return Object.fromEntries(
    Object.entries(schemas).map(([type, block]) => [type, schemaMessage(block)]),
  );
}

function schemaMessage(block: BlockSchema) {
  return { version: 0, block: blockMessage(block, false) };
}

/** @param isInside - of another block: Terraform allows no dynamic type there, and such an attribute is served as a string */
function blockMessage({ attributes, block_types }: BlockSchema, isInside: boolean): object {
  return {
    attributes: attributeMessages(attributes, isInside),
    block_types: Object.entries(block_types).map(([type_name, nested]) => ({
      type_name,
      block: blockMessage(nested.block, true),
      nesting: nestingOf(nested.nesting_mode),
      min_items: nested.min_items ?? 0,
      max_items: nested.max_items ?? 0,
    })),
  };
}

function attributeMessages(
  attributes: Readonly<Record<string, AttributeSchema>>,
  isInside: boolean,
): object[] {
  return Object.entries(attributes).map(([name, attribute]) => {
    const { required, optional, computed } = attribute;
    const settings = { name, required, optional, computed };
    if ('type' in attribute) {
      const type = isInside ? withoutDynamic(attribute.type) : attribute.type;
      return { ...settings, type: Buffer.from(JSON.stringify(type)) };
    }
    const { nesting_mode, attributes: inner } = attribute.nested_type;
    const nested_type = {
      ...{ attributes: attributeMessages(inner, isInside), nesting: nestingOf(nesting_mode) },
    };
    return { ...settings, nested_type };
  });
}

function nestingOf(mode: NestingMode): string {
  return mode.toUpperCase();
}

function withoutDynamic(type: TypeExpression): TypeExpression {
  if (type === 'dynamic') return 'string';
  if (typeof type === 'string') return type;
  if (type[0] !== 'object') return [type[0], withoutDynamic(type[1])];
  const fields = Object.entries(type[1]).map(([name, field]) => [name, withoutDynamic(field)]);
  return ['object', Object.fromEntries(fields) as Readonly<Record<string, TypeExpression>>];
}
