import type { RedisClient } from '../../storage/redis/redis-script.ts';

/** An entry of a Redis stream. */
export interface StreamEntry {
  readonly id: string;
  /** `[name, value] × n`, flat; empty for one that was removed meanwhile. */
  readonly fields: readonly string[];
}

type RawEntry = readonly [id: string, fields: readonly string[] | null];

/**
 * Runs XREAD or XREADGROUP.
 *
 * @returns entries by stream; no entry for one that has nothing new
 * @throws when Redis does not answer, or has no such group
 */
export async function readStreams(
  redis: RedisClient,
  [command, ...args]: readonly [command: string, ...args: (string | number)[]],
): Promise<ReadonlyMap<string, readonly StreamEntry[]>> {
  const reply = (await redis.call(command, ...args)) as readonly [string, RawEntry[]][] | null;
  return new Map((reply ?? []).map(([key, entries]) => [key, entries.map(toEntry)]));
}

export function toEntry([id, fields]: RawEntry): StreamEntry {
  return { id, fields: fields ?? [] };
}

/** @returns undefined when there is no field of that name */
export function fieldOf({ fields }: StreamEntry, name: string): string | undefined {
  for (let at = 0; at < fields.length; at += 2) {
    if (fields[at] === name) return fields[at + 1];
  }
  return undefined;
}
