import { z } from 'zod';
import { type JsonSchema, type JsonSchemas, schemaCheck } from './json-schema.ts';
import type { RawReply, RawRequest } from './raw-http.ts';

interface ResponseObject {
  readonly description: string;
  readonly content?: { readonly 'application/json': { readonly schema: JsonSchema } };
}

interface OperationObject {
  readonly operationId: string;
  readonly security?: readonly unknown[];
  readonly parameters?: readonly {
    readonly in: 'path' | 'query';
    readonly name: string;
    readonly schema: JsonSchema;
  }[];
  readonly requestBody?: {
    readonly content: { readonly 'application/json': { readonly schema: JsonSchema } };
  };
  readonly responses: Readonly<Record<string, ResponseObject>>;
}

export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>;
  readonly components: { readonly schemas: JsonSchemas };
}

/** One operation of the document, and what it says that replies look like. */
export interface Operation {
  readonly id: string;
  /** In capitals. */
  readonly method: string;
  /** `/v1/profiles/{playerId}` */
  readonly path: string;
  readonly isForPlayers: boolean;
  readonly parameters: NonNullable<OperationObject['parameters']>;
  readonly body: JsonSchema | null;
  /** By status. */
  readonly replies: ReadonlyMap<
    number,
    { readonly codes: readonly string[]; readonly check: z.ZodType | null }
  >;
}

/** Every operation of a document. */
export function operationsOf({ paths, components: { schemas } }: OpenApi): readonly Operation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      id: operation.operationId,
      method: method.toUpperCase(),
      path,
      isForPlayers: operation.security !== undefined,
      parameters: operation.parameters ?? [],
      body: operation.requestBody?.content['application/json'].schema ?? null,
      replies: new Map(
        Object.entries(operation.responses).map(([status, { description, content }]) => [
          Number(status),
          {
            codes: description.split(', '),
            check:
              content === undefined
                ? null
                : schemaCheck(content['application/json'].schema, schemas),
          },
        ]),
      ),
    })),
  );
}

const ErrorReply = z.object({
  error: z.object({ code: z.string(), message: z.string(), retryable: z.boolean() }),
});

/** Frames of a stack, and where our files are. */
const INSIDES = /\n\s+at |node:internal|node_modules|\.ts:\d|file:\/\/|\/src\//;

/**
 * What is wrong with a reply, whoever asked for whatever.
 *
 * @param operation - null when the request was of none
 * @returns null: nothing
 */
export function complaintAbout(
  operation: Operation | null,
  { method }: RawRequest,
  { status, text }: RawReply,
): string | null {
  if (method === 'HEAD' && text === '') return null;
  if (INSIDES.test(text)) return 'It shows its insides.';
  // 304: to `If-None-Match: *`, of whatever the player may have kept.
  if (status === 204 || status === 304) {
    return text === '' ? null : `It says something with ${status}.`;
  }
  const json = parsed(text);
  if (json === undefined) return 'It is no JSON.';
  const failure = status >= 400 ? ErrorReply.safeParse(json) : null;
  if (failure?.success === false) return 'It is a failure without an error.';
  const code = failure?.data?.error.code ?? null;
  if (status >= 500 && (status !== 503 || code === 'INTERNAL')) return 'The server is to blame.';
  return operation === null ? null : contradiction(operation, { status, code, json });
}

/** Where a reply is not what the document says. */
function contradiction(
  { replies }: Operation,
  {
    status,
    code,
    json,
  }: { readonly status: number; readonly code: string | null; readonly json: unknown },
): string | null {
  // HTTP's own, before it is known for which operation.
  if (status === 431) return null;
  const documented = replies.get(status);
  if (documented === undefined) return `The document knows no ${status}.`;
  if (code !== null && !documented.codes.includes(code))
    return `The document knows no ${code} with ${status}.`;
  const checked = documented.check?.safeParse(json);
  return checked?.success === false
    ? `It is not what the document says: ${z.prettifyError(checked.error)}`
    : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
