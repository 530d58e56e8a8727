import type { BuildShares } from '../cluster/release/build-shares.ts';
import type { ReleaseRecord } from '../cluster/release/release-record.ts';
import type { DrainResult } from '../protocol/rest.ts';

/** A build in a region, as it is now. */
export interface BuildStatus {
  readonly build: string;
  /** Of new rooms, 0–1; null when nobody has released here, and load alone decides. */
  readonly share: number | null;
  /** Nodes that take rooms. */
  readonly openNodes: number;
  readonly drainingNodes: number;
  readonly rooms: number;
  readonly seats: number;
}

/** A node that was drained, or why it could not be. */
export type NodeDrain =
  | ({ readonly ok: true } & DrainResult)
  | { readonly ok: false; readonly nodeId: string; readonly error: string };

export interface ReleaseReport {
  /** What was asked for, e.g. `canary b2 5 %`; null: only to look. */
  readonly change: string | null;
  readonly isDryRun: boolean;
  readonly sharesBefore: BuildShares;
  /** The same as before when only looked. */
  readonly shares: BuildShares;
  /** Of a dry run, which would be drained. */
  readonly nodesToDrain: readonly string[];
  readonly drained: readonly NodeDrain[];
  /** Whether the region's audit log has all that was done; nothing done is nothing missing. */
  readonly isAudited: boolean;
  readonly builds: readonly BuildStatus[];
  /** The newest changes first. */
  readonly history: readonly ReleaseRecord[];
}

/** Changes that are shown to people. */
const SHOWN_CHANGES = 5;

/** The report for people. */
export function summaryOfRelease(report: ReleaseReport): string {
  const { change, isDryRun, builds, drained, isAudited, nodesToDrain, history } = report;
  const lines: string[] = [];
  if (change !== null) {
    lines.push(`${isDryRun ? 'would' : 'done'}: ${change}`);
    lines.push(`shares: ${inWords(report.sharesBefore)} -> ${inWords(report.shares)}`);
  }
  if (isDryRun && nodesToDrain.length > 0) lines.push(`would drain: ${nodesToDrain.join(', ')}`);
  for (const drain of drained) lines.push(inLine(drain));
  if (!isAudited) lines.push('not in the audit log: Redis did not take it');
  if (lines.length > 0) lines.push('');
  lines.push(...table(builds));
  if (change === null && history.length > 0) {
    lines.push('', 'changes:');
    for (const { changedAtMs, changedBy, change: what } of history.slice(0, SHOWN_CHANGES)) {
      lines.push(`  ${new Date(changedAtMs).toISOString()}  ${changedBy}  ${what}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

/** E.g. `b1 95 %, b2 5 %`. */
export function inWords(shares: BuildShares): string {
  const parts = Object.entries(shares).map(([build, share]) => `${build} ${percent(share)}`);
  return parts.length === 0 ? 'by load alone' : parts.join(', ');
}

export function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}

function inLine(drain: NodeDrain): string {
  if (!drain.ok) return `not drained: ${drain.nodeId} (${drain.error})`;
  return `drained: ${drain.nodeId}, ${wordsOfDrain(drain)}`;
}

/** What became of a drained node's rooms, for people. */
export function wordsOfDrain({ movedRooms, keptRooms }: DrainResult): string {
  const kept = keptRooms === 0 ? '' : `, ${keptRooms} play on there to their end`;
  return `${movedRooms} rooms moved${kept}`;
}

function table(builds: readonly BuildStatus[]): readonly string[] {
  const rows = [
    ['build', 'share', 'open nodes', 'draining', 'rooms', 'seats'],
    ...builds.map((it) => [
      it.build === '' ? '(none)' : it.build,
      it.share === null ? 'by load' : percent(it.share),
      ...[it.openNodes, it.drainingNodes, it.rooms, it.seats].map(String),
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, at) =>
    Math.max(...rows.map((row) => row[at]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
