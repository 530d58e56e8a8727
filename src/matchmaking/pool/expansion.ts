import { z } from 'zod';

/** A value that gives way to others as a ticket waits; each step replaces the one before it. */
export interface Expanding {
  /** What applies at once. */
  readonly value: number;
  /** In order of time. */
  readonly expansions: readonly Expansion[];
}

export interface Expansion {
  /** Wait from which `value` applies, s. */
  readonly waitTimeSeconds: number;
  readonly value: number;
}

/** A value that may only grow: a wait never narrows what a ticket accepts. */
export function expandingSchema(value: z.ZodType<number, number>) {
  return z
    .strictObject({
      value,
      expansions: z
        .array(z.strictObject({ waitTimeSeconds: z.number().positive().max(3_600), value }))
        .max(64)
        .default([]),
    })
    .superRefine(({ value: first, expansions }, context) => {
      let before: Expansion = { waitTimeSeconds: 0, value: first };
      for (const [index, step] of expansions.entries()) {
        const refuse = (field: keyof Expansion, message: string) =>
          context.addIssue({ code: 'custom', path: ['expansions', index, field], message });
        if (step.waitTimeSeconds <= before.waitTimeSeconds) {
          refuse('waitTimeSeconds', 'must be later than the step before it');
        }
        if (step.value < before.value) {
          refuse('value', `must not be below the ${before.value} that applied before it`);
        }
        before = step;
      }
    });
}

/** What applies after a wait of `waitMs`. */
export function valueAt({ value, expansions }: Expanding, waitMs: number): number {
  let current = value;
  for (const step of expansions) {
    if (waitMs < step.waitTimeSeconds * 1_000) break;
    current = step.value;
  }
  return current;
}

/** The wait from which at least `wanted` applies, ms; null: never. */
export function waitUntilMs({ value, expansions }: Expanding, wanted: number): number | null {
  if (value >= wanted) return 0;
  const step = expansions.find((it) => it.value >= wanted);
  return step === undefined ? null : step.waitTimeSeconds * 1_000;
}

/** The wait of the first step after `waitMs`, ms; null: nothing changes any more. */
export function nextStepMs({ expansions }: Expanding, waitMs: number): number | null {
  const step = expansions.find((it) => it.waitTimeSeconds * 1_000 > waitMs);
  return step === undefined ? null : step.waitTimeSeconds * 1_000;
}
