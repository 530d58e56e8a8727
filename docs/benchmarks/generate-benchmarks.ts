// Writes docs/benchmarks.md and the plots beside this file, out of generated/:
//
//   node --conditions=meridian-source docs/benchmarks/generate-benchmarks.ts
//
// A series is the report of a bench, loadtest/report/<suite>.json, as it was written. test/integration/reference.test.ts fails when what
// is made of them is stale.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { barPlot } from '../../loadtest/report/bar-plot.ts';
import { formatNumber } from '../../loadtest/report/line-plot.ts';
import { Report } from '../../loadtest/report/report.ts';
import { markdownTable } from '../reference/markdown-table.ts';
import { type BenchSection, type Figure, type Plot, SECTIONS } from './bench-pages.ts';

const INTRODUCTION = `# Benchmarks

Made from the reports in [benchmarks/generated](benchmarks/generated) by \`docs/benchmarks/generate-benchmarks.ts\`; do not edit. Each part names the
command that makes its report anew, in \`loadtest/report/\`; how the benches measure is in [loadtest/README.md](../loadtest/README.md).

Figures belong to the machine, two shared virtual cores here, and to the commit; ratios within one run mean more. The goals are what we set
out to reach. **A missed goal is written so**, and stays here until a run meets it.`;

/** Of the plots: readable on light and on dark pages. */
const STYLE = `<style>
:root { --ink:#16202b; --ours:#1463d6; --soft:#5b6875 }
@media (prefers-color-scheme: dark) { :root { --ink:#e7edf3; --ours:#6ba6ff; --soft:#93a1af } }
text { font:13px system-ui, sans-serif; fill:var(--ink) } .number { font-weight:600 }
.bar { fill:var(--ours) } .bar.other { fill:var(--soft); opacity:.55 }
</style>`;

/** Everything that is made of the series: content by path within docs/. */
export function benchmarkFiles(): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  const sections = SECTIONS.map((section) => {
    const report = readSeries(section.suite);
    for (const plot of section.plots) files.set(`benchmarks/${plot.file}`, plotSvg(plot, report));
    return sectionText(section, report);
  });
  const missed = SECTIONS.flatMap(({ suite, figures }) => {
    const { figures: values } = readSeries(suite);
    return figures.filter((figure) => !isMet(figure, figureOf(values, figure.name)));
  });
  const goals = SECTIONS.flatMap(({ figures }) => figures).filter(({ goal }) => goal !== undefined);
  const summary = `${goals.length} goals, ${missed.length} of them missed in these runs.`;
  files.set('benchmarks.md', `${[INTRODUCTION, summary, ...sections].join('\n\n')}\n`);
  return files;
}

function readSeries(suite: string): Report {
  const path = join(import.meta.dirname, 'generated', `${suite}.json`);
  return Report.parse(JSON.parse(readFileSync(path, 'utf8')));
}

function sectionText(section: BenchSection, report: Report): string {
  const { machine, takenAt, commit, hasLocalChanges, notes } = report;
  const where = `${machine.cores} cores, ${machine.runtime}`;
  const changes = hasLocalChanges ? ' with local changes' : '';
  const rows = section.figures.map((figure) => {
    const value = figureOf(report.figures, figure.name);
    return [
      figure.is,
      withUnit(value, figure.unit),
      goalText(figure),
      verdict(figure, value),
      `\`${figure.name}\``,
    ];
  });
  return [
    `## ${section.title}`,
    ['```sh', section.command, '```'].join('\n'),
    section.about,
    ...section.plots.map(
      (plot) => `![${plot.title}, ${plot.unit}: ${plot.better} is better](benchmarks/${plot.file})`,
    ),
    markdownTable(['', 'measured', 'goal', '', 'figure'], rows),
    `[${section.suite}.json](benchmarks/generated/${section.suite}.json): ${takenAt.slice(0, 10)}, commit ${commit.slice(0, 8)}${changes}, ${where}. The run says of itself:`,
    notes.map((note) => `- ${note}`).join('\n'),
  ].join('\n\n');
}

function plotSvg(plot: Plot, { figures }: Report): string {
  const bars = plot.bars.map(({ figure, label, isOurs }) => ({
    ...{ label, isOurs },
    value: figureOf(figures, figure),
  }));
  const { text } = barPlot({ ...plot, bars });
  const [svg] = /<svg[\s\S]*<\/svg>/.exec(text) ?? [];
  if (svg === undefined) throw new Error(`${plot.file} has no picture`);
  return `${svg.replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" ').replace('>', `>${STYLE}`)}\n`;
}

function figureOf(figures: Report['figures'], name: string): number {
  const value = figures[name];
  if (value === undefined) throw new Error(`There is no figure ${name}.`);
  return value;
}

function withUnit(value: number, unit: string): string {
  return `${formatNumber(value)} ${unit}`.trim();
}

function goalText({ goal, unit }: Figure): string {
  if (goal === undefined) return '';
  return 'atMost' in goal
    ? `≤ ${withUnit(goal.atMost, unit)}`
    : `≥ ${withUnit(goal.atLeast, unit)}`;
}

function isMet({ goal }: Figure, value: number): boolean {
  if (goal === undefined) return true;
  return 'atMost' in goal ? value <= goal.atMost : value >= goal.atLeast;
}

function verdict(figure: Figure, value: number): string {
  if (figure.goal === undefined) return '';
  return isMet(figure, value) ? 'met' : '**missed**';
}

if (import.meta.main) {
  for (const [path, content] of benchmarkFiles()) {
    writeFileSync(join(import.meta.dirname, '..', path), content);
  }
}
