import { describe, expect, test } from 'vitest';
import { type Base, GuardProcess } from './guard-process.ts';
import type { ScenarioName } from './guard-rooms.ts';

export interface Guard<T> {
  readonly scenario: ScenarioName;
  /** Meridian's configuration where the test wants another limit than the default. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The one test body: does what a bad client or bad luck would do, and tells what came of it. */
  readonly observe: (server: GuardProcess, base: Base) => Promise<T>;
  readonly meridian: T;
  /** How stock Colyseus breaks. When this fails, upstream has mended it: then the guard may go. */
  readonly stock: T;
}

/**
 * How long to wait for a fact that Meridian is to bring about: long where it must come (it costs nothing when it comes early),
 * short where it is known not to.
 */
export const PATIENCE_MS: Readonly<Record<Base, number>> = { meridian: 15_000, stock: 600 };

/** Runs one test body against Meridian, which holds the promise, and against stock Colyseus, which is known not to. */
export function guard<T>(promise: string, definition: Guard<T>): void {
  const { scenario, settings = {}, observe } = definition;
  describe(promise, () => {
    for (const base of ['meridian', 'stock'] as const) {
      // Side by side: what both do most of the time is wait.
      test.concurrent(
        base === 'meridian' ? 'Meridian holds it' : 'stock Colyseus does not',
        async () => {
          await using server = await GuardProcess.start(base, scenario, settings);
          expect(await observe(server, base)).toEqual(definition[base]);
        },
      );
    }
  });
}
