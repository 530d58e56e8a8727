import { z } from 'zod';

/**
 * What every bench, load test and chaos command writes to `loadtest/report/<suite>.json`.
 *
 * A figure's name never changes its meaning: a shortened or unusual run writes its figures under other names.
 */
export const Report = z.object({
  suite: z.string().regex(/^[a-z][a-z-]*$/),
  /** Git commit of the code that was measured; `unknown` outside a repository. */
  commit: z.string().min(1),
  /** Whether the code differed from that commit. */
  hasLocalChanges: z.boolean(),
  takenAt: z.iso.datetime(),
  machine: z.object({
    cpu: z.string(),
    cores: z.number().int().positive(),
    runtime: z.string(),
    /** Whether server and load generator each had a core to themselves. */
    isPinned: z.boolean(),
  }),
  figures: z.record(z.string().regex(/^[a-z][a-z0-9_]*$/), z.number()),
  /** What a reader must know before he trusts the figures: noise, a limit of the load generator, a shortened run. */
  notes: z.array(z.string()),
  runs: z.array(z.record(z.string(), z.unknown())),
});
export type Report = z.infer<typeof Report>;
