import { Html, html } from './html.ts';
import { formatNumber } from './line-plot.ts';
import type { Report } from './report.ts';

/** One number worth a tile at the top of a page. */
export interface Tile {
  readonly label: string;
  readonly value: number | undefined;
  readonly unit: string;
}

/** A report as a page of its own: no scripts, no fonts, nothing from elsewhere. */
export function reportPage(
  report: Report,
  title: string,
  tiles: readonly Tile[],
  body: readonly Html[],
): string {
  const { machine } = report;
  const commit = `${report.commit.slice(0, 10)}${report.hasLocalChanges ? ' + local changes' : ''}`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Meridian</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<header>
<p class="brand">Meridian</p>
<h1>${title}</h1>
<p class="where">${report.takenAt.slice(0, 16).replace('T', ' ')} UTC · commit ${commit} · ${machine.cpu}, ${machine.cores} cores · ${machine.runtime}</p>
</header>
<main>
<section class="tiles">${tiles.map(drawTile)}</section>
${notes(report.notes)}
${body}
</main>
</body>
</html>
`.text;
}

function drawTile({ label, value, unit }: Tile): Html {
  const text = value === undefined ? '–' : formatNumber(value);
  return html`<div class="tile"><span class="label">${label}</span><span class="value">${text}<small>${unit}</small></span></div>`;
}

function notes(texts: readonly string[]): Html {
  if (texts.length === 0) return html``;
  return html`<ul class="notes">${texts.map((text) => html`<li>${text}</li>`)}</ul>`;
}

/** A table with a head row; all columns but the first are numbers. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): Html {
  return html`<div class="scroll"><table><thead><tr>${head.map((cell) => html`<th>${cell}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody></table></div>`;
}

const STYLE = `
:root { --ground:#f6f7f9; --card:#fff; --ink:#16202b; --soft:#5b6875; --line:#e3e7ec; --shade:#eef1f5;
  --c1:#1463d6; --c2:#d9670b; --c3:#0c8a5b; --c4:#a32c8a;
  --c5:#b3392f; --c6:#6b7a1e; --warn:#8a5a00; --warn-ground:#fff6e0 }
@media (prefers-color-scheme: dark) { :root { --ground:#0f141a; --card:#171e26; --ink:#e7edf3; --soft:#93a1af;
  --line:#26303b; --shade:#1d2630; --c1:#6ba6ff; --c2:#ffa45c; --c3:#4fd29b; --c4:#e58fd2;
  --c5:#ff8f85; --c6:#c3d06a; --warn:#ffd27a; --warn-ground:#2a2310 } }
* { box-sizing: border-box }
body { margin:0; background:var(--ground); color:var(--ink); font:15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif;
  font-variant-numeric: tabular-nums }
header, main { max-width: 1240px; margin: 0 auto; padding: 0 24px }
header { padding-top: 36px }
.brand { margin:0; font-size:13px; letter-spacing:.14em; text-transform:uppercase; color:var(--c1); font-weight:600 }
h1 { margin: 2px 0 4px; font-size: 30px; line-height:1.2; letter-spacing:-.01em }
h2 { font-size: 18px; margin: 36px 0 12px }
.where { color:var(--soft); margin:0 }
.tiles { display:grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap:12px; margin: 28px 0 20px }
.tile, figure, .scroll { background:var(--card); border:1px solid var(--line); border-radius:10px }
.tile { padding: 14px 16px; display:flex; flex-direction:column; gap:2px }
.label { color:var(--soft); font-size:13px }
.value { font-size:26px; font-weight:620; letter-spacing:-.01em }
.value small { font-size:14px; font-weight:400; color:var(--soft); margin-left:5px }
.notes { background:var(--warn-ground); color:var(--warn); border-radius:10px; padding: 12px 16px 12px 34px; margin: 0 0 20px }
.plots { display:grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 480px), 1fr)); gap:16px }
figure { margin:0; padding: 14px 16px 8px }
figcaption { font-weight:600; display:flex; flex-wrap:wrap; gap:4px 8px; align-items:baseline }
.unit { color:var(--soft); font-weight:400; font-size:13px }
.legend { margin-left:auto; display:flex; flex-wrap:wrap; gap:4px 14px; font-weight:400; font-size:13px; color:var(--soft) }
.key i { display:inline-block; width:10px; height:10px; border-radius:3px; margin-right:6px; background:currentColor }
svg { width:100%; height:auto; display:block }
.grid { stroke:var(--line); stroke-width:1 } .tick { fill:var(--soft); font-size:12px }
.line { fill:none; stroke:currentColor; stroke-width:2; stroke-linejoin:round; stroke-linecap:round }
.area { fill:currentColor; opacity:.12 } .bar { fill:currentColor } .other { color:var(--soft); opacity:.55 }
.row { fill:var(--ink); font-size:13px } .number { font-weight:600 }
.shade { fill:var(--shade) } .hover { fill:transparent } .hover:hover { fill:var(--ink); opacity:.07 }
.c1 { color:var(--c1) } .c2 { color:var(--c2) } .c3 { color:var(--c3) } .c4 { color:var(--c4) } .c5 { color:var(--c5) } .c6 { color:var(--c6) }
.scroll { overflow-x:auto } table { border-collapse:collapse; width:100% }
th, td { padding: 9px 14px; text-align:right; white-space:nowrap } th:first-child, td:first-child { text-align:left }
th { font-size:13px; color:var(--soft); font-weight:500; border-bottom:1px solid var(--line) }
tr + tr td { border-top:1px solid var(--line) }
main { padding-bottom: 48px }
`;
