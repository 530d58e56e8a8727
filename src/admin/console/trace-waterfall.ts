import type { SpanView, TraceView } from '../../protocol/telemetry.ts';
import { count } from './count.ts';
import { html } from './dom.ts';
import { link } from './parts.ts';
import { durationText, layOut, type TraceRow } from './trace-rows.ts';

/** Tones of regions; a world of more repeats them. */
const TONES = 4;

/** What a trace is, in a line. */
export function traceNote({ spans, silent }: TraceView): string {
  const { rows, startAtMs, durationMs } = layOut(spans);
  const began = new Date(startAtMs).toLocaleString();
  const told =
    rows.length === 0
      ? 'Nobody has spans of it any more.'
      : `${count(rows.length, 'span')} in ${durationText(durationMs)}, from ${began}; regions ${regionsOf(spans).join(', ')}.`;
  return told + silenceOf(silent);
}

/** Who did not answer; empty: all have. */
export function silenceOf(silent: readonly string[]): string {
  return silent.length === 0 ? '' : ` No answer from ${silent.join(', ')}.`;
}

/** A row for each span; it opens to what the span says. */
export function waterfallRows({ spans }: TraceView): readonly HTMLLIElement[] {
  const { rows, startAtMs } = layOut(spans);
  const regionIds = regionsOf(spans);
  return rows.map((row) => rowOf(row, startAtMs, regionIds));
}

function regionsOf(spans: readonly SpanView[]): readonly string[] {
  return [...new Set(spans.map(({ regionId }) => regionId))].toSorted();
}

function rowOf(
  { span, depth, offsetRatio, widthRatio }: TraceRow,
  startAtMs: number,
  regionIds: readonly string[],
): HTMLLIElement {
  const tone =
    span.error === null ? `tone-${regionIds.indexOf(span.regionId) % TONES}` : 'tone-failed';
  const bar = html('span', { class: `span-bar ${tone}` });
  bar.style.setProperty('--offset', String(offsetRatio));
  bar.style.setProperty('--width', String(widthRatio));
  const failed =
    span.error === null ? [] : [html('span', { class: 'trace-failed' }, ` ${span.error}`)];
  const name = html(
    'span',
    { class: 'span-name' },
    span.name,
    ...failed,
    html('br'),
    html('small', {}, `${span.regionId} · ${span.services} · ${span.nodeId.slice(0, 9)}`),
  );
  name.style.setProperty('--depth', String(depth));
  const summary = html(
    'summary',
    {},
    name,
    html('span', { class: 'span-track', 'aria-hidden': 'true' }, bar),
    html('span', { class: 'span-time' }, durationText(span.durationMs)),
  );
  return html('li', {}, html('details', {}, summary, factsOf(span, startAtMs)));
}

function factsOf(span: SpanView, startAtMs: number): HTMLDListElement {
  const facts = {
    begins: `${durationText(Math.max(0, span.startAtMs - startAtMs))} after the first`,
    kind: span.kind,
    node: span.nodeId,
    ...span.facts,
  };
  const list = html('dl', { class: 'span-facts' });
  for (const [name, value] of Object.entries(facts)) {
    list.append(html('dt', {}, name), html('dd', {}, String(value)));
  }
  for (const traceId of span.linkedTraceIds) {
    list.append(html('dt', {}, 'see also'), html('dd', {}, link(`traces/${traceId}`, traceId)));
  }
  return list;
}
