import { z } from 'zod';
import { parseJson } from '../../shared/parse-json.ts';
import { ULID_PATTERN } from './ulid.ts';

/** Longest envelope as JSON, in bytes. What is larger belongs in a store; the message says where. */
export const LINK_MESSAGE_LIMIT_BYTES = 64 * 1_024;

/**
 * Who gets a message in the region it is for.
 *
 * - `work`: one node, once.
 * - `news`: every node that is there.
 */
export type LinkDelivery = 'work' | 'news';

/** A kind of message, known to the code of both sides. */
export interface LinkKind<Body> {
  /** Lower case and dashes, at most 40 letters; a metric label. */
  readonly name: string;
  readonly delivery: LinkDelivery;
  /** What a body must be; one that is not is dropped where it arrives. */
  readonly body: z.ZodType<Body>;
}

/** A message as its handler gets it. */
export interface LinkMessage<Body> {
  readonly kind: string;
  /** ULID: the same for every copy of the message. */
  readonly id: string;
  /** When it was sent, by the sender's wall clock, ms. */
  readonly atMs: number;
  /** Nobody wants it after this, by anybody's wall clock, ms. */
  readonly expiresAtMs?: number | undefined;
  /** Of the span in which it was sent; absent: none. */
  readonly traceparent?: string | undefined;
  readonly body: Body;
}

const KIND_PATTERN = /^[a-z][a-z0-9-]{0,39}$/;
const wallMs = z.number().int().nonnegative();

/** Not strict: a newer build may say more. */
const Envelope = z.object({
  kind: z.string().regex(KIND_PATTERN),
  id: z.string().regex(ULID_PATTERN),
  atMs: wallMs,
  expiresAtMs: wallMs.optional(),
  traceparent: z.string().max(64).optional(),
  body: z.unknown(),
});

/** @throws {TypeError} for a name no peer would accept */
export function defineLinkKind<Body>(kind: LinkKind<Body>): LinkKind<Body> {
  if (!KIND_PATTERN.test(kind.name)) throw new TypeError(`No name of a link kind: ${kind.name}`);
  return kind;
}

export type EncodedEnvelope =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly reason: 'too-large' | 'malformed' };

/** Refuses what no peer would accept: above {@link LINK_MESSAGE_LIMIT_BYTES}, no JSON, or an id that is no ULID. */
export function encodeLinkMessage(message: LinkMessage<unknown>): EncodedEnvelope {
  if (!Envelope.safeParse(message).success) return { ok: false, reason: 'malformed' };
  try {
    const text = JSON.stringify(message);
    const isTooLarge = Buffer.byteLength(text) > LINK_MESSAGE_LIMIT_BYTES;
    return isTooLarge ? { ok: false, reason: 'too-large' } : { ok: true, text };
  } catch {
    // A cycle, or a number that JSON has not.
    return { ok: false, reason: 'malformed' };
  }
}

/** @returns null for what is torn, foreign, or too large */
export function parseLinkMessage(text: string): LinkMessage<unknown> | null {
  if (Buffer.byteLength(text) > LINK_MESSAGE_LIMIT_BYTES) return null;
  return parseJson(Envelope, text);
}

export function isExpired(message: { readonly expiresAtMs?: number | undefined }, nowMs: number) {
  return message.expiresAtMs !== undefined && message.expiresAtMs <= nowMs;
}
