import { setTimeout as sleep } from 'node:timers/promises';

export interface EventuallyOptions {
  /** How long the fact may take, in ms. A bound for the worst machine, not an expectation: it costs nothing when met early. */
  readonly withinMs: number;
  /** Pause between two looks, in ms. */
  readonly everyMs?: number;
}

/**
 * Waits until `fact` holds, and returns what it returned. A fact holds when it is truthy; one that throws does not hold
 * yet, so assertions may stand inside.
 *
 * @example await eventually(() => room.clients.length === 2, { withinMs: 2_000 });
 * @throws when time is up, telling the last value or carrying the last exception as its cause
 */
export async function eventually<T>(
  fact: () => T | Promise<T>,
  { withinMs, everyMs = 10 }: EventuallyOptions,
): Promise<Exclude<T, false | null | undefined | 0 | ''>> {
  const startedMs = performance.now();
  let looks = 0;
  for (;;) {
    let last: { readonly value: T } | { readonly thrown: unknown };
    try {
      const value = await fact();
      if (value) return value as Exclude<T, false | null | undefined | 0 | ''>;
      last = { value };
    } catch (thrown) {
      last = { thrown };
    }
    looks += 1;
    if (performance.now() - startedMs >= withinMs) throw timeUp(fact, last, looks, withinMs);
    await sleep(everyMs);
  }
}

function timeUp(
  fact: () => unknown,
  last: { readonly value: unknown } | { readonly thrown: unknown },
  looks: number,
  withinMs: number,
): Error {
  const tried = `not within ${withinMs} ms (${looks} looks): ${String(fact)}`;
  if ('thrown' in last) {
    const reason = last.thrown instanceof Error ? last.thrown.message : String(last.thrown);
    return new Error(`${tried}\nlast look threw: ${reason}`, { cause: last.thrown });
  }
  return new Error(`${tried}\nlast value: ${JSON.stringify(last.value) ?? String(last.value)}`);
}
