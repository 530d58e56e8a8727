import { html } from './dom.ts';
import type { WorldEvent } from './world-events.ts';

const MOST_LINES = 80;

/** What happened, the newest first. */
export class EventLog {
  readonly root = html('ol', {
    ...{ class: 'events', id: 'events', tabindex: 0, 'aria-labelledby': 'events-title' },
    'data-empty': 'Nothing has happened since you came.',
  });

  add(events: readonly WorldEvent[], atMs: number): void {
    for (const { tone, text } of events) {
      const time = new Date(atMs).toLocaleTimeString([], { hour12: false });
      this.root.prepend(html('li', { class: `event is-${tone}` }, html('time', {}, time), text));
    }
    while (this.root.childElementCount > MOST_LINES) this.root.lastElementChild?.remove();
  }
}
