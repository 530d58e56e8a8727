import { z } from 'zod';

// A service is described once, as a route of REST is: server, client and its retries are made of it. Both sides check what came over the
// wire with the same codecs, so neither trusts the other more than it would a stranger.
//
//   caller ─ value ─▶ encode ─▶ protobuf ──▶ decode, checked ─▶ handler
//          ◀─ value ─ decode ◀─ protobuf ◀── encode ◀─ value ──

/** One method: how its messages look as values, and what a caller may do when it fails. */
export interface RpcMethod<Request extends z.ZodType, Reply extends z.ZodType> {
  /** From the message to the value: `z.decode` on the server, `z.encode` on the client. */
  readonly request: Request;
  /** The same for the reply. */
  readonly reply: Reply;
  /** Whether the same request may be sent again when nobody knows if it arrived. The client then does so by itself. */
  readonly isIdempotent: boolean;
  /** How long a caller waits in all, tries included, ms. */
  readonly deadlineMs: number;
}

export type RpcMethods = Readonly<Record<string, RpcMethod<z.ZodType, z.ZodType>>>;

/** A service of one version. */
export interface RpcContract<Methods extends RpcMethods = RpcMethods> {
  /** Full name in its file, such as `meridian.profile.v1.ProfileService`. */
  readonly name: string;
  /** Its file, relative to `proto/`. */
  readonly proto: string;
  /** By name, in camel case: `readProfile` is `ReadProfile` in the file. */
  readonly methods: Methods;
}

/** Keeps the types of the methods. */
export function defineRpc<const Methods extends RpcMethods>(
  contract: RpcContract<Methods>,
): RpcContract<Methods> {
  return contract;
}

/** What a caller has, and what a server must bring. */
export type RpcCalls<Contract extends RpcContract> = {
  readonly [Name in keyof Contract['methods']]: (
    request: z.output<Contract['methods'][Name]['request']>,
  ) => Promise<z.output<Contract['methods'][Name]['reply']>>;
};

/** A JSON value in a field of type `string`: protobuf's own `Struct` knows neither integers nor order. */
export function jsonField<Schema extends z.ZodType>(schema: Schema) {
  return z.codec(z.string(), schema, {
    decode: (text, context) => {
      try {
        return JSON.parse(text) as z.input<Schema>;
      } catch {
        context.issues.push({ code: 'custom', message: 'is not JSON', input: text });
        return z.NEVER;
      }
    },
    encode: (value) => JSON.stringify(value),
  });
}

/** A field that may be missing; null on our side. */
export function nullableField<Schema extends z.ZodType>(schema: Schema) {
  // The other side is not the schema as well: a codec would be applied twice.
  return z.codec(z.optional(schema), z.custom<z.output<Schema> | null>(), {
    decode: (value) => value ?? null,
    encode: (value) => (value === null ? undefined : value) as z.output<Schema> | undefined,
  });
}

/** The reply of what has nothing to say. */
export const NoReply = z.codec(z.object({}), z.undefined(), {
  decode: () => undefined,
  encode: () => ({}),
});
