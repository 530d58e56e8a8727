import type { WorldRegion } from '../../../protocol/admin.ts';
import type { ConsolePage, OpenPage } from '../console-page.ts';
import { html } from '../dom.ts';
import { link, pageHead } from '../parts.ts';
import { SortedTable } from '../table.ts';
import { duration, percent } from '../words.ts';
import { regionState, regionTone } from '../world-map.ts';

/** All regions as they report themselves. */
export const regionsPage: ConsolePage = {
  ...{ id: 'regions', title: 'Regions', key: 'r' },
  open: openRegions,
};

function openRegions(): OpenPage {
  const table = new SortedTable<WorldRegion>({
    caption: 'Regions',
    keyOf: ({ regionId }) => regionId,
    columns: [
      { title: 'Region', value: ({ name }) => name },
      { title: 'Id', value: ({ regionId }) => regionId },
      {
        title: 'State',
        value: regionState,
        cell: (region) =>
          html('span', { class: `badge ${regionTone(region)}` }, regionState(region)),
      },
      {
        title: 'Players',
        value: ({ seats }) => seats ?? -1,
        cell: ({ seats }) => known(seats),
        isFigure: true,
      },
      {
        title: 'Seats',
        value: ({ capacity }) => capacity ?? -1,
        cell: ({ capacity }) => known(capacity),
        isFigure: true,
      },
      {
        title: 'Load',
        value: ({ loadRatio }) => loadRatio ?? -1,
        cell: ({ loadRatio }) => percent(loadRatio),
        isFigure: true,
      },
      {
        title: 'Heard',
        value: ({ reportAgeMs }) => reportAgeMs ?? Number.MAX_SAFE_INTEGER,
        cell: ({ reportAgeMs }) =>
          reportAgeMs === null ? 'never' : `${duration(reportAgeMs)} ago`,
        isFigure: true,
      },
      {
        title: 'Builds',
        value: ({ builds }) => builds.filter((build) => build !== '').join(', ') || '–',
      },
      {
        title: '',
        value: () => '',
        cell: ({ regionId }) =>
          html(
            'span',
            { class: 'row-links' },
            link(`rooms/${regionId}`, 'Rooms'),
            link(`nodes/${regionId}`, 'Nodes'),
          ),
      },
    ],
  });
  const root = html(
    'div',
    { class: 'plain-page' },
    pageHead('Regions', 'As they report themselves, once a second.'),
    table.root,
  );
  return { root, update: ({ regions }) => table.update(regions, 'There are no regions.') };
}

function known(figure: number | null): string {
  return figure === null ? '–' : String(figure);
}
