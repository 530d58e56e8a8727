import { z } from 'zod';
import type { EventClass } from './event-class.ts';

/** What a field of an event may hold: events are flat, so that any table takes them. */
export type EventValue = string | number | boolean | null;

type EventShape = Readonly<Record<string, z.ZodType<EventValue | undefined>>>;

/** How a game describes one of its events. */
export interface EventSpec<Shape extends EventShape = EventShape> {
  /** Raise it when the meaning of a field changes; who reads the events then knows which meaning he has. */
  readonly version: number;
  /** `sample` for what is recorded often and may be lost first. */
  readonly class?: 'game' | 'sample';
  /** Zod types by name: strings, numbers, booleans. */
  readonly fields: Shape;
}

/** A kind of event, as `defineEvents` makes it; `record` takes it together with its fields. */
export interface EventDefinition<Fields = unknown> {
  readonly name: string;
  readonly version: number;
  readonly eventClass: EventClass;
  /** Checked when the event is sealed, outside the game's step. */
  readonly schema: z.ZodType<unknown, Fields>;
}

/** The analytics events of a game, by name. */
export type EventDefinitions = Readonly<Record<string, EventDefinition>>;

type Defined<Specs extends Readonly<Record<string, EventSpec>>> = {
  readonly [Name in keyof Specs]: EventDefinition<z.input<z.ZodObject<Specs[Name]['fields']>>>;
};

export const MOST_FIELDS = 24;
const NAME = /^[a-z][a-z0-9_]{0,63}$/;
const FIELD_NAME = /^[a-z][a-zA-Z0-9]{0,31}$/;

/** Say who a player is; that goes into the envelope as a pseudonym, by `about`. In lower case. */
const IDENTIFYING_FIELDS: ReadonlySet<string> = new Set([
  ...[
    'playerid',
    'player',
    'userid',
    'username',
    'displayname',
    'nickname',
    'firstname',
    'lastname',
  ],
  ...[
    'ip',
    'ipaddress',
    'address',
    'email',
    'phone',
    'deviceid',
    'token',
    'accesstoken',
    'password',
  ],
]);

/**
 * Declares the events of a game; `defineGame` takes the result as `analytics`, and `this.analytics.record` its members.
 *
 * @example
 * export const events = defineEvents({
 *   boss_killed: { version: 1, fields: { boss: z.string(), afterMs: z.number() } },
 * });
 * // in a room
 * this.analytics.record(events.boss_killed, { boss: 'hydra', afterMs: 61_000 }, client);
 * @throws {TypeError} for a name or field that may not be, e.g. one that says who a player is
 */
export function defineEvents<const Specs extends Readonly<Record<string, EventSpec>>>(
  specs: Specs,
): Defined<Specs> {
  const definitions = Object.entries(specs).map(([name, spec]) => {
    if (isBuiltIn(name)) throw new TypeError(`The event "${name}" is one of Meridian's own.`);
    return [name, defineEvent(name, spec, spec.class ?? 'game')];
  });
  return Object.fromEntries(definitions) as Defined<Specs>;
}

/** One event, of any class; for Meridian's own. @throws {TypeError} as `defineEvents` */
export function defineEvent<Shape extends EventShape>(
  name: string,
  { version, fields }: Pick<EventSpec<Shape>, 'version' | 'fields'>,
  eventClass: EventClass,
): EventDefinition<z.input<z.ZodObject<Shape>>> {
  const problem = problemOf(name, version, Object.keys(fields));
  if (problem !== null) throw new TypeError(`The event "${name}" ${problem}.`);
  const schema = z.strictObject(fields) as unknown as z.ZodType<
    unknown,
    z.input<z.ZodObject<Shape>>
  >;
  return { name, version, eventClass, schema };
}

/** Names that games may not take: Meridian's own, those to come included. */
function isBuiltIn(name: string): boolean {
  return /^(session|match|ticket|latency|wallet|meridian)_/.test(name);
}

function problemOf(name: string, version: number, fields: readonly string[]): string | null {
  if (!NAME.test(name)) return 'wants a name like boss_killed';
  if (!Number.isInteger(version) || version < 1) return 'wants a version, from 1';
  if (fields.length > MOST_FIELDS) return `has more than ${MOST_FIELDS} fields`;
  for (const field of fields) {
    if (!FIELD_NAME.test(field)) return `has a field "${field}", which wants a name like afterMs`;
    if (IDENTIFYING_FIELDS.has(field.toLowerCase())) {
      return `has a field "${field}": who a player is stays out of events; say it with \`about\``;
    }
  }
  return null;
}
