import { z } from 'zod';

/** What OpenAPI 3.1 documents of ours use of JSON Schema. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly propertyNames?: JsonSchema;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly example?: unknown;
}

export type JsonSchemas = Readonly<Record<string, JsonSchema>>;

const REF = '#/components/schemas/';

/** @throws {TypeError} when the reference leads nowhere */
export function resolved(schema: JsonSchema, schemas: JsonSchemas): JsonSchema {
  if (schema.$ref === undefined) return schema;
  const found = schemas[schema.$ref.slice(REF.length)];
  if (found === undefined) throw new TypeError(`${schema.$ref} is not in the document.`);
  return resolved(found, schemas);
}

/** @returns what checks values against a schema of a document */
export function schemaCheck(schema: JsonSchema, schemas: JsonSchemas): z.ZodType {
  // Zod looks for definitions where JSON Schema itself has them.
  const text = JSON.stringify({ ...schema, $defs: schemas }).replaceAll(REF, '#/$defs/');
  return z.fromJSONSchema(JSON.parse(text) as Parameters<typeof z.fromJSONSchema>[0]);
}
