import { setTimeout as sleep } from 'node:timers/promises';
import type { GateFile } from './gate-file.ts';
import { askGates, type GateResult, overall, type Verdict } from './judge-gates.ts';
import type { Prometheus } from './prometheus.ts';

export interface GateWatch {
  readonly prometheus: Pick<Prometheus, 'number'>;
  readonly file: GateFile;
  readonly builds: { readonly new: string; readonly old: string };
  /** How long all gates must not fail before they pass: what is looked at is of this time then. */
  readonly observeMs: number;
  /** How long, after that, what is unknown is waited for. */
  readonly waitMs: number;
  /** Between two questions. */
  readonly intervalMs: number;
  readonly onRound?: (results: readonly GateResult[]) => void;
}

export interface GateOutcome {
  /** `unknown`: the time is over and something is still not known. Nobody may take that for a pass. */
  readonly verdict: Verdict;
  readonly results: readonly GateResult[];
}

/**
 * Looks at the gates until they have passed for long enough, one fails, or the time is over.
 *
 * @throws {QueryError} when a query is wrong
 */
export async function watchGates(watch: GateWatch): Promise<GateOutcome> {
  const startedMs = performance.now();
  for (;;) {
    const results = await askGates(watch.prometheus, watch.file, watch.builds);
    watch.onRound?.(results);
    const verdict = overall(results);
    const elapsedMs = performance.now() - startedMs;
    if (verdict === 'fail') return { verdict, results };
    if (verdict === 'pass' && elapsedMs >= watch.observeMs) return { verdict, results };
    if (elapsedMs >= watch.observeMs + watch.waitMs) return { verdict, results };
    await sleep(watch.intervalMs);
  }
}
