/** What a figure must be (the promise of the suite), by its name. */
const BOUNDS: Readonly<
  Record<string, { readonly must: '<' | '>=' | '='; readonly bound: number }>
> = {
  write_p99_ms: { must: '<', bound: 50 },
  loop_lag_p99_ms: { must: '<', bound: 20 },
  acknowledged_lost: { must: '=', bound: 0 },
  read_hit_p99_ms: { must: '<', bound: 5 },
  services_write_p99_ms: { must: '<', bound: 50 },
  hit_ratio: { must: '>=', bound: 0.95 },
  stampede_loads: { must: '=', bound: 1 },
  world_operations: { must: '>=', bound: 10_000 },
  failed_calls: { must: '=', bound: 0 },
};

/** A figure beside its bound. */
export interface JudgedFigure {
  readonly name: string;
  readonly value: number;
  /** Such as `< 50`; null: it has none. */
  readonly bound: string | null;
  readonly isKept: boolean;
}

/** @param figures - of a shortened run their names begin with `quick_`: they are judged all the same, but for the length of the world */
export function judgeFigures(figures: Readonly<Record<string, number>>): readonly JudgedFigure[] {
  return Object.entries(figures).map(([name, value]) => {
    const found = BOUNDS[name.replace(/^quick_(?!world)/, '')];
    if (found === undefined) return { name, value, bound: null, isKept: true };
    const { must, bound } = found;
    const isKept = must === '<' ? value < bound : must === '=' ? value === bound : value >= bound;
    return { name, value, bound: `${must} ${bound}`, isKept };
  });
}

/** A line for each figure, with its bound and whether it is kept. */
export function judgementLines(judged: readonly JudgedFigure[]): string {
  const width = Math.max(...judged.map(({ name }) => name.length));
  return judged
    .map(({ name, value, bound, isKept }) => {
      const line = `${name.padEnd(width)}  ${value}`;
      return bound === null ? line : `${line}  (${bound}: ${isKept ? 'kept' : 'MISSED'})`;
    })
    .join('\n');
}
