import type { AuditEntry } from '../../../protocol/admin.ts';
import { ask } from '../api.ts';
import type { ConsolePage, OpenPage } from '../console-page.ts';
import { html, write } from '../dom.ts';
import { Asking, Picker, Problem, pageHead, searchField } from '../parts.ts';
import { SortedTable } from '../table.ts';
import { moment } from '../words.ts';

const LOOK_EVERY_MS = 3_000;
const ANY = 'any outcome';

/** Who did what. */
export const auditPage: ConsolePage = {
  ...{ id: 'audit', title: 'Audit', key: 'a' },
  open: openAudit,
};

function openAudit(): OpenPage {
  let entries: readonly AuditEntry[] = [];
  let words = '';
  const problem = new Problem();
  const total = html('p', { class: 'note' });
  const table = auditTable();
  const show = () => {
    const shown = entries.filter((entry) => {
      const isOutcome = outcome.value === ANY || entry.outcome === outcome.value;
      return isOutcome && JSON.stringify(entry).toLowerCase().includes(words);
    });
    table.update(
      shown,
      entries.length === 0 ? 'Nobody has done anything yet.' : 'No entry matches.',
    );
    write(total, `${shown.length} of the newest ${entries.length}`);
  };
  const outcome = new Picker('Outcome', show);
  outcome.update([ANY, 'done', 'refused', 'failed', 'dry-run', 'awaits-approval'], ANY);
  const region = new Picker('Region', () => asking.again());
  const search = searchField('Filter by who, what or whom', (typed) => {
    words = typed.toLowerCase();
    show();
  });
  const asking = new Asking(LOOK_EVERY_MS, async () => {
    try {
      ({ entries } = await ask({ question: 'audit', regionId: region.value }));
      problem.show(null);
      show();
    } catch (error) {
      problem.show((error as Error).message);
    }
  });
  const about = 'Who did what, as written down where he was signed in; refusals as well.';
  return {
    root: html(
      'div',
      { class: 'plain-page' },
      pageHead('Audit', about, search, outcome.root, region.root),
      ...[problem.root, table.root, total],
    ),
    update: (world) => {
      const isFirst = region.value === '';
      const regions = world.regions.map(({ regionId }) => regionId);
      region.update(regions, isFirst ? (world.ownRegionId ?? undefined) : undefined);
      if (isFirst) asking.again();
    },
    close: () => asking.stop(),
  };
}

function auditTable(): SortedTable<AuditEntry> {
  return new SortedTable<AuditEntry>({
    caption: 'Audit log',
    keyOf: (entry) => JSON.stringify(entry),
    sortedBy: 0,
    columns: [
      {
        title: 'When',
        value: ({ at }) => Date.parse(at),
        cell: ({ at }) => moment(Date.parse(at)),
        isFigure: true,
      },
      { title: 'Who', value: ({ actor }) => actor },
      { title: 'Role', value: ({ role }) => role },
      {
        title: 'Action',
        value: ({ action }) => action,
        cell: ({ action }) => html('code', {}, action),
      },
      {
        title: 'Target',
        value: ({ target }) => target || '–',
        cell: ({ target }) => html('code', {}, target || '–'),
      },
      {
        title: 'Outcome',
        value: (entry) => entry.outcome,
        cell: ({ outcome }) => html('span', { class: `badge is-${outcome}` }, outcome),
      },
      { title: 'Why', value: whyOf },
    ],
  });
}

function whyOf({ reason, parameters = {} }: AuditEntry): string {
  const given = parameters['reason'];
  return reason ?? (given === undefined ? '–' : `“${given}”`);
}
