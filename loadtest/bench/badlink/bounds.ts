import type { JudgedFigure } from '../profiles/bounds.ts';

/** What a figure must be (the promise of the suite), by its name. */
const BOUNDS: Readonly<Record<string, { readonly must: '<' | '<='; readonly bound: number }>> = {
  stalled_ratio_bad: { must: '<', bound: 0.01 },
  drawn_error_p99_px_bad: { must: '<', bound: 3 },
  lan_delay_ms: { must: '<=', bound: 75 },
  misprediction_ratio_bad: { must: '<', bound: 0.02 },
  correction_p95_px_bad: { must: '<', bound: 4 },
  input_starved_ratio_bad: { must: '<', bound: 0.03 },
  resume_after_outage_ms: { must: '<', bound: 1_500 },
  slow_backlog_p99_bytes: { must: '<', bound: 16_384 },
  slow_critical_p95_beyond_rtt_ms: { must: '<', bound: 100 },
  slow_level_0_after_ms: { must: '<', bound: 20_000 },
};

/** @param figures - of a shortened run their names begin with `quick_`: they are judged all the same */
export function judgeFigures(figures: Readonly<Record<string, number>>): readonly JudgedFigure[] {
  return Object.entries(figures).map(([name, value]) => {
    const found = BOUNDS[name.replace(/^quick_/, '')];
    if (found === undefined) return { name, value, bound: null, isKept: true };
    const { must, bound } = found;
    const isKept = must === '<' ? value < bound : value <= bound;
    return { name, value, bound: `${must} ${bound}`, isKept };
  });
}
