import { isIP } from 'node:net';
import { z } from 'zod';
import type { PendingEvent } from './event-buffer.ts';

const text = z.string().min(1).max(256);

/** An event as it leaves the process, a line of JSON: what sinks write and readers parse. */
export const EventRecord = z.strictObject({
  /** Of this envelope. */
  format: z.literal(1),
  /** The same however often the event is delivered: readers keep the first. */
  id: text,
  name: text,
  /** Of the event's fields. */
  version: z.int().positive(),
  /** When it happened, by the wall clock of its node, ms since the Unix epoch. */
  atMs: z.int(),
  region: text,
  node: text,
  /** Counts up within the node: the order in which things happened there. */
  sequence: z.int().positive(),
  /** The player's pseudonym; null: nobody in particular, or somebody who was erased. */
  player: text.nullable(),
  room: text.nullable(),
  roomId: text.nullable(),
  matchId: text.nullable(),
  fields: z.record(text, z.union([z.string(), z.number(), z.boolean(), z.null()])),
});
export type EventRecord = z.infer<typeof EventRecord>;

/** Where events come from. */
export interface EventSource {
  readonly regionId: string;
  readonly nodeId: string;
}

export type SealedEvent =
  | { readonly ok: true; readonly line: string }
  /** `problem` names the field, never what it held. */
  | { readonly ok: false; readonly problem: string };

/** As `auth` makes them. */
const PLAYER_ID = /\bp_[0-9a-z]{20}\b/;

/** Checks an event and makes the line of it. @param player - pseudonym of the player it is about */
export function sealEvent(
  { event, fields, about, sequence, atMs }: PendingEvent,
  player: string | null,
  { regionId, nodeId }: EventSource,
): SealedEvent {
  const parsed = event.schema.safeParse(fields);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { ok: false, problem: `${issue?.path.join('.') ?? ''}: ${issue?.code ?? 'invalid'}` };
  }
  const identifying = Object.entries(fields).find(([, value]) => saysWho(value));
  if (identifying) return { ok: false, problem: `${identifying[0]}: says who a player is` };
  const record: EventRecord = {
    format: 1,
    id: about.once === undefined ? `${nodeId}.${sequence}` : nameOf(event.name, about.once, player),
    name: event.name,
    version: event.version,
    atMs: Math.round(atMs),
    region: regionId,
    node: nodeId,
    sequence,
    player,
    room: about.room ?? null,
    roomId: about.roomId ?? null,
    matchId: about.matchId ?? null,
    fields: { ...fields },
  };
  return { ok: true, line: JSON.stringify(record) };
}

/** What one player names, such as an operation, another may name too. */
function nameOf(event: string, once: string, player: string | null): string {
  return player === null ? `${event}.${once}` : `${event}.${once}.${player}`;
}

/** Caught are ids and addresses; a name in a free text is the game's to keep out. */
function saysWho(value: unknown): boolean {
  return typeof value === 'string' && (isIP(value) !== 0 || PLAYER_ID.test(value));
}
