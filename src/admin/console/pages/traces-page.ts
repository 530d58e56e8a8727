import type { TraceBrief, TraceList, TraceView } from '../../../protocol/telemetry.ts';
import { fetchFrom } from '../api.ts';
import type { ConsoleContext, ConsolePage, OpenPage } from '../console-page.ts';
import { count } from '../count.ts';
import { html, set, write } from '../dom.ts';
import { pageHead } from '../parts.ts';
import { durationText } from '../trace-rows.ts';
import { silenceOf, traceNote, waterfallRows } from '../trace-waterfall.ts';

type Order = 'slowest' | 'newest';

/** One request through all processes, from a click to the first state: a list, and the waterfall of the one that is named, `#/traces/<id>`. */
export const tracesPage: ConsolePage = {
  ...{ id: 'traces', title: 'Traces', key: 't' },
  open: (context, path) => new TracesPage(context, path),
};

class TracesPage implements OpenPage {
  readonly root: HTMLElement;
  readonly #list = html('ul', { class: 'trace-list' });
  readonly #listNote = html('p', { class: 'note', role: 'status' });
  readonly #title = html('h2', {}, 'Choose a trace');
  readonly #traceNote = html('p', { class: 'note', role: 'status' });
  readonly #waterfall = html('ol', { class: 'waterfall' });
  readonly #input = html('input', {
    ...{ name: 'traceId', pattern: '[0-9a-f]{32}', placeholder: '32 hexadecimal digits' },
    ...{ autocomplete: 'off', spellcheck: 'false', required: '', 'data-search': '' },
  });
  #order: Order = 'slowest';
  #traceId: string | undefined;

  constructor(context: ConsoleContext, path: readonly string[]) {
    const about = 'One request through all processes, from a click to the first state.';
    this.root = html(
      'div',
      { class: 'plain-page' },
      pageHead('Traces', about, this.#search(context)),
      html(
        'div',
        { class: 'trace-main' },
        html('section', { class: 'trace-box' }, this.#orders(), this.#listNote, this.#list),
        html('section', { class: 'trace-box' }, this.#title, this.#traceNote, this.#waterfall),
      ),
    );
    void this.#showList();
    this.route(path);
  }

  route([traceId]: readonly string[]): void {
    this.#traceId = traceId;
    this.#markCurrent();
    if (traceId !== undefined) void this.#showTrace(traceId);
  }

  #search({ go }: ConsoleContext): HTMLElement {
    const form = html(
      'form',
      { class: 'trace-search' },
      html('label', { class: 'picker' }, html('span', {}, 'Trace id'), this.#input),
      html('button', { type: 'submit', class: 'action' }, 'Show'),
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      go(`traces/${this.#input.value.trim()}`);
    });
    return html('search', {}, form);
  }

  #orders(): HTMLElement {
    const titles = { slowest: 'Slowest joins', newest: 'Newest' } as const;
    const buttons = (['slowest', 'newest'] as const).map((order) => {
      const button = html('button', { type: 'button', class: 'action' }, titles[order]);
      button.addEventListener('click', () => {
        this.#order = order;
        press(order);
        void this.#showList();
      });
      return { order, button };
    });
    const press = (chosen: Order) => {
      for (const { order, button } of buttons) {
        set(button, { 'aria-pressed': String(order === chosen) });
      }
    };
    press(this.#order);
    return html(
      'div',
      { class: 'section-head' },
      html('h2', {}, 'Recent traces'),
      ...buttons.map(({ button }) => button),
    );
  }

  async #showList(): Promise<void> {
    const order = this.#order;
    try {
      const list = (await fetchFrom(`traces?order=${order}`)) as TraceList;
      // The other order may have been chosen meanwhile.
      if (order !== this.#order) return;
      this.#list.replaceChildren(...list.traces.map(entryOf));
      write(this.#listNote, listNote(list));
      this.#markCurrent();
    } catch (error) {
      write(this.#listNote, (error as Error).message);
    }
  }

  async #showTrace(traceId: string): Promise<void> {
    this.#input.value = traceId;
    write(this.#title, `Trace ${traceId}`);
    let trace: TraceView | null = null;
    let note: string;
    try {
      trace = (await fetchFrom(`traces/${encodeURIComponent(traceId)}`)) as TraceView;
      note = traceNote(trace);
    } catch (error) {
      note = (error as Error).message;
    }
    // Another one may have been chosen meanwhile.
    if (traceId !== this.#traceId) return;
    this.#waterfall.replaceChildren(...(trace === null ? [] : waterfallRows(trace)));
    write(this.#traceNote, note);
  }

  #markCurrent(): void {
    for (const anchor of this.#list.querySelectorAll('a')) {
      const isCurrent = this.#traceId !== undefined && anchor.hash === hashOf(this.#traceId);
      set(anchor, { 'aria-current': String(isCurrent) });
    }
  }
}

function listNote({ isKept, traces, silent }: TraceList): string {
  if (!isKept) return 'This node keeps no spans: set MERIDIAN_TRACING_KEPT_SPANS.';
  const told = traces.length === 0 ? 'No traces yet.' : `${count(traces.length, 'trace')}.`;
  return told + silenceOf(silent);
}

function entryOf(brief: TraceBrief): HTMLLIElement {
  const { traceId, name, durationMs, spans, nodeIds, regionIds, error, startAtMs } = brief;
  const at = new Date(startAtMs).toLocaleTimeString();
  const where = `${count(spans, 'span')} · ${count(nodeIds.length, 'node')} · ${regionIds.join(', ')}`;
  const anchor = html(
    'a',
    { href: hashOf(traceId) },
    html('span', {}, name),
    html('strong', {}, durationText(durationMs)),
    html('small', {}, `${at} · ${where}`),
    html('small', { class: 'trace-failed' }, error ?? ''),
  );
  return html('li', {}, anchor);
}

function hashOf(traceId: string): string {
  return `#/traces/${traceId}`;
}
