import { z } from 'zod';

// A service is described once, as a route of REST is: server, client and its retries are made of it. Both sides check what came over the
// wire with the same codecs, so neither trusts the other more than it would a stranger.
//
//   caller ─ value ─▶ encode ─▶ protobuf ──▶ decode, checked ─▶ handler
//          ◀─ value ─ decode ◀─ protobuf ◀── encode ◀─ value ──

/** A message as the library hands it on: fields by name, checked by nobody yet. */
export type RpcMessage = Readonly<Record<string, unknown>>;

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

/** A method that goes on: what there is, then each change, until the caller hangs up. It has no deadline. */
export interface RpcStream<Request extends z.ZodType, Item extends z.ZodType> {
  readonly request: Request;
  readonly item: Item;
}

export type RpcStreams = Readonly<Record<string, RpcStream<z.ZodType, z.ZodType>>>;

/** A service of one version. */
export interface RpcContract<
  Methods extends RpcMethods = RpcMethods,
  Streams extends RpcStreams = RpcStreams,
> {
  /** Full name in its file, such as `meridian.profile.v1.ProfileService`. */
  readonly name: string;
  /** Its file, relative to `proto/`. */
  readonly proto: string;
  /** By name, in camel case: `readProfile` is `ReadProfile` in the file. */
  readonly methods: Methods;
  /** `returns (stream …)` in the file. */
  readonly streams: Streams;
}

/** Keeps the types of the methods. */
export function defineRpc<
  const Methods extends RpcMethods,
  const Streams extends RpcStreams = Readonly<Record<never, never>>,
>(
  contract: Omit<RpcContract<Methods, Streams>, 'streams'> & { readonly streams?: Streams },
): RpcContract<Methods, Streams> {
  return { streams: {} as Streams, ...contract };
}

/** What a caller has, and what a server must bring. */
export type RpcCalls<Contract extends RpcContract> = {
  readonly [Name in keyof Contract['methods']]: (
    request: z.output<Contract['methods'][Name]['request']>,
  ) => Promise<z.output<Contract['methods'][Name]['reply']>>;
};

/** The service's end of one stream. */
export interface RpcFeed<Item> {
  /** Says something to the caller; nothing once he has hung up. */
  push(item: Item): void;
  /** The caller has hung up, is gone, or does not listen. */
  onClose(listener: () => void): void;
}

/** What a caller has of a service's streams: listens, until what it returns is called. A stream that breaks is opened again. */
export type RpcWatches<Contract extends RpcContract> = {
  readonly [Name in keyof Contract['streams']]: (
    request: z.output<Contract['streams'][Name]['request']>,
    listener: (item: z.output<Contract['streams'][Name]['item']>) => void,
  ) => () => void;
};

/** What a server must bring for them. A promise that rejects ends the stream; else it lasts until the caller hangs up. */
export type RpcFeeds<Contract extends RpcContract> = {
  readonly [Name in keyof Contract['streams']]: (
    request: z.output<Contract['streams'][Name]['request']>,
    feed: RpcFeed<z.output<Contract['streams'][Name]['item']>>,
  ) => Promise<void>;
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
export const NoReply = z.codec(z.object({}), z.void(), {
  decode: () => undefined,
  encode: () => ({}),
});
