// The page of traces: a list, and the waterfall of the one that the address names (`#<trace id>`), so that it can be linked to.

import type { SpanView, TraceBrief, TraceList, TraceView } from '../../protocol/telemetry.ts';
import { TRACES_PATH } from '../../protocol/telemetry.ts';
import { byId, html, set, write } from './dom.ts';
import { durationText, layOut, type TraceRow } from './trace-rows.ts';

const PATIENCE_MS = 5_000;
/** Tones of regions; a world of more repeats them. */
const TONES = 4;

type Order = 'slowest' | 'newest';

let order: Order = 'slowest';

async function fetchJson<Reply>(path: string): Promise<Reply> {
  const response = await fetch(path, { signal: AbortSignal.timeout(PATIENCE_MS) });
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  return (await response.json()) as Reply;
}

async function showList(): Promise<void> {
  try {
    const list = await fetchJson<TraceList>(`${TRACES_PATH}?order=${order}`);
    byId('list').replaceChildren(...list.traces.map(entryOf));
    write(byId('list-note'), noteOf(list));
    markCurrent();
  } catch (error) {
    write(byId('list-note'), (error as Error).message);
  }
}

function noteOf({ isKept, traces, silent }: TraceList): string {
  if (!isKept) return 'This node keeps no spans: set MERIDIAN_TRACING_KEPT_SPANS.';
  const missing = silent.length === 0 ? '' : ` No answer from ${silent.join(', ')}.`;
  return (traces.length === 0 ? 'No traces yet.' : `${traces.length} traces.`) + missing;
}

function entryOf(brief: TraceBrief): HTMLLIElement {
  const { traceId, name, durationMs, spans, nodeIds, regionIds, error, startAtMs } = brief;
  const at = new Date(startAtMs).toLocaleTimeString();
  const where = `${spans} spans · ${nodeIds.length} nodes · ${regionIds.join(', ')}`;
  const link = html(
    'a',
    { href: `#${traceId}` },
    html('span', {}, name),
    html('strong', {}, durationText(durationMs)),
    html('small', {}, `${at} · ${where}`),
    html('small', { class: 'trace-failed' }, error ?? ''),
  );
  return html('li', {}, link);
}

async function showTrace(): Promise<void> {
  const traceId = location.hash.slice(1);
  markCurrent();
  if (traceId === '') return;
  (byId('trace-id') as HTMLInputElement).value = traceId;
  try {
    const trace = await fetchJson<TraceView>(`${TRACES_PATH}/${encodeURIComponent(traceId)}`);
    // Another one may have been chosen meanwhile.
    if (location.hash.slice(1) === traceId) draw(trace);
  } catch (error) {
    byId('waterfall').replaceChildren();
    write(byId('trace-title'), `Trace ${traceId}`);
    write(byId('trace-note'), (error as Error).message);
  }
}

function draw({ traceId, spans, silent }: TraceView): void {
  const { rows, startAtMs, durationMs } = layOut(spans);
  const regionIds = [...new Set(spans.map(({ regionId }) => regionId))].toSorted();
  write(byId('trace-title'), `Trace ${traceId}`);
  const missing = silent.length === 0 ? '' : ` No answer from ${silent.join(', ')}.`;
  const told =
    rows.length === 0
      ? 'Nobody has spans of it any more.'
      : `${rows.length} spans in ${durationText(durationMs)}, from ${new Date(startAtMs).toLocaleString()}; regions ${regionIds.join(', ')}.`;
  write(byId('trace-note'), told + missing);
  byId('waterfall').replaceChildren(...rows.map((row) => rowOf(row, startAtMs, regionIds)));
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
    list.append(
      html('dt', {}, 'see also'),
      html('dd', {}, html('a', { href: `#${traceId}` }, traceId)),
    );
  }
  return list;
}

function markCurrent(): void {
  for (const link of byId('list').querySelectorAll('a')) {
    set(link, { 'aria-current': String(link.hash === location.hash) });
  }
}

byId('search').addEventListener('submit', (event) => {
  event.preventDefault();
  location.hash = (byId('trace-id') as HTMLInputElement).value.trim();
});
for (const button of document.querySelectorAll<HTMLButtonElement>('[data-order]')) {
  button.addEventListener('click', () => {
    order = button.dataset['order'] as Order;
    for (const each of document.querySelectorAll('[data-order]')) {
      set(each, { 'aria-pressed': String(each === button) });
    }
    void showList();
  });
}
addEventListener('hashchange', () => void showTrace());
void showList();
void showTrace();
