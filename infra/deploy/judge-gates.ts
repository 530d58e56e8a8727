import { filledIn, type Gate, type GateFile } from './gate-file.ts';
import { type Prometheus, PrometheusAway } from './prometheus.ts';

/** What a gate's numbers were; null: there was none. */
export interface GateFigures {
  /** Of what it needs enough of. */
  readonly enough: number | null;
  readonly new: number | null;
  /** Also null when the gate does not ask for it. */
  readonly old: number | null;
}

/** `unknown`: not enough data yet, or no answer. It is no pass. */
export type Verdict = 'pass' | 'fail' | 'unknown';

export interface GateResult extends GateFigures {
  readonly gate: string;
  readonly verdict: Verdict;
  /** The most the new build may have, by both limits; null while the old one's number is not known. */
  readonly most: number | null;
  readonly reason: string;
}

/** One gate by its numbers. */
export function judgeGate(gate: Gate, figures: GateFigures): GateResult {
  const { most, reason, verdict } = verdictOf(gate, figures);
  return { gate: gate.name, ...figures, most, reason, verdict };
}

function verdictOf(
  { enough, most, than_old: thanOld }: Gate,
  figures: GateFigures,
): Pick<GateResult, 'most' | 'reason' | 'verdict'> {
  if (figures.enough === null || figures.enough < enough.least) {
    const reason = `has ${inShort(figures.enough)} of ${enough.least} that it needs`;
    return { verdict: 'unknown', most: null, reason };
  }
  if (figures.new === null) {
    return { verdict: 'unknown', most: null, reason: 'the new build has no number' };
  }
  // Beyond what any build may have, whatever the old one has.
  if (figures.new > most) return { verdict: 'fail', most, reason: `more than ${inShort(most)}` };
  if (thanOld === undefined) return { verdict: 'pass', most, reason: '' };
  if (figures.old === null) {
    return { verdict: 'unknown', most: null, reason: 'the old build has no number' };
  }
  const mostBesideOld = figures.old * thanOld.times + thanOld.plus;
  const least = Math.min(most, mostBesideOld);
  if (figures.new <= mostBesideOld) return { verdict: 'pass', most: least, reason: '' };
  const reason = `more than ${inShort(least)}, by what the old build has`;
  return { verdict: 'fail', most: least, reason };
}

/**
 * Asks for all gates once.
 *
 * @throws {QueryError} when a query is wrong
 */
export async function askGates(
  prometheus: Pick<Prometheus, 'number'>,
  { gates, window }: GateFile,
  builds: { readonly new: string; readonly old: string },
): Promise<readonly GateResult[]> {
  return await Promise.all(
    gates.map(async (gate) => {
      const ask = (query: string, build: string) =>
        prometheus.number(filledIn(query, build, window));
      try {
        const [enough, ofNew, ofOld] = await Promise.all([
          ask(gate.enough.query, builds.new),
          ask(gate.query, builds.new),
          gate.than_old === undefined ? null : ask(gate.query, builds.old),
        ]);
        return judgeGate(gate, { enough, new: ofNew, old: ofOld });
      } catch (error) {
        if (!(error instanceof PrometheusAway)) throw error;
        const none = { enough: null, new: null, old: null, most: null };
        return { gate: gate.name, ...none, verdict: 'unknown', reason: error.message };
      }
    }),
  );
}

/** One that fails is enough; all must be known for a pass. */
export function overall(results: readonly GateResult[]): Verdict {
  const verdicts = new Set(results.map(({ verdict }) => verdict));
  if (verdicts.has('fail')) return 'fail';
  return verdicts.has('unknown') || verdicts.size === 0 ? 'unknown' : 'pass';
}

/** For people. */
export function gateTable(results: readonly GateResult[]): string {
  const rows = [
    ['gate', 'verdict', 'new', 'old', 'most', ''],
    ...results.map((it) => [
      it.gate,
      it.verdict.toUpperCase(),
      ...[it.new, it.old, it.most].map(inShort),
      it.reason,
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, at) =>
    Math.max(...rows.map((row) => row[at]?.length ?? 0)),
  );
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, at) => cell.padEnd(widths[at] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

function inShort(value: number | null): string {
  return value === null ? '-' : String(Number(value.toPrecision(3)));
}
