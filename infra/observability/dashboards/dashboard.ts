import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as SeriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { runbookName } from '../rules.ts';

/** Units as Grafana calls them. */
export type PanelUnit =
  | 's'
  | 'bytes'
  | 'Bps'
  | 'percentunit'
  | 'short'
  | 'cps'
  | 'reqps'
  | 'pixel'
  | 'dateTimeFromNow';

export interface PanelSpec {
  /** Unique within its dashboard. */
  readonly title: string;
  /** What it shows, and what is good. */
  readonly description: string;
  readonly unit: PanelUnit;
  /** Legend → PromQL, with Grafana's variables. A legend may name labels: `{{region}}`. */
  readonly queries: Readonly<Record<string, string>>;
  /** One figure instead of curves. */
  readonly isFigure?: boolean;
  /** Alerts that look at the same: their runbooks are linked. */
  readonly alerts?: readonly string[];
}

/** What may be chosen at the top; each narrows the ones behind it. */
export type DashboardVariable = 'region' | 'instance' | 'room' | 'queue';

export interface DashboardSpec {
  readonly uid: string;
  readonly title: string;
  readonly variables: readonly DashboardVariable[];
  readonly panels: readonly PanelSpec[];
}

/** Where runbooks are read, as in the alerts' annotations. */
export const RUNBOOKS_URL = 'https://meridian.example.com/docs/runbooks';

const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };
const GRID_WIDTH = 24;
const CURVES = { w: 12, h: 8 } as const;
const FIGURE = { w: 6, h: 4 } as const;

const VARIABLE_QUERIES: Readonly<Record<DashboardVariable, string>> = {
  region: 'label_values(meridian_node_info, region)',
  instance: 'label_values(meridian_node_info{region=~"$region"}, instance)',
  room: 'label_values(meridian_rooms{region=~"$region"}, room)',
  queue: 'label_values(meridian_matchmaking_wait_seconds_count{region=~"$region"}, queue)',
};

/** A dashboard as Grafana reads it: figures first, curves below, nothing above another. */
export function buildDashboard({ uid, title, variables, panels }: DashboardSpec): Dashboard {
  const builder = new DashboardBuilder(`Meridian / ${title}`)
    .uid(uid)
    .tags(['meridian'])
    .refresh('10s')
    .time({ from: 'now-1h', to: 'now' })
    .tooltip(DashboardCursorSync.Crosshair)
    .link(
      new DashboardLinkBuilder('Meridian')
        .type(DashboardLinkType.Dashboards)
        .tags(['meridian'])
        .asDropdown(true)
        .keepTime(true)
        .includeVars(true),
    )
    .withVariable(new DatasourceVariableBuilder('datasource').type('prometheus'));
  for (const name of variables) {
    builder.withVariable(
      new QueryVariableBuilder(name)
        .query(VARIABLE_QUERIES[name])
        .datasource(DATASOURCE)
        .refresh(VariableRefresh.OnTimeRangeChanged)
        .multi(true)
        .includeAll(true)
        .allValue('.*')
        .current({ text: 'All', value: '$__all' }),
    );
  }
  for (const { spec, place, id } of placed(panels)) builder.withPanel(buildPanel(spec, place).id(id));
  return builder.build();
}

/** Where each panel is in the grid of 24 columns: in rows of equal height. */
function placed(panels: readonly PanelSpec[]) {
  const ordered = panels.toSorted((a, b) => Number(b.isFigure ?? false) - Number(a.isFigure ?? false));
  let [x, y, rowHeight] = [0, 0, 0];
  return ordered.map((spec, index) => {
    const { w, h } = spec.isFigure === true ? FIGURE : CURVES;
    if (x + w > GRID_WIDTH || (x > 0 && h !== rowHeight)) {
      x = 0;
      y += rowHeight;
    }
    const place = { x, y, w, h };
    x += w;
    rowHeight = h;
    return { spec, place, id: index + 1 };
  });
}

function buildPanel(
  spec: PanelSpec,
  place: { readonly x: number; readonly y: number; readonly w: number; readonly h: number },
) {
  const { title, description, unit, queries, alerts = [] } = spec;
  const builder = spec.isFigure === true ? new StatBuilder() : new SeriesBuilder().min(0);
  builder
    .title(title)
    .description(description)
    .unit(unit)
    .datasource(DATASOURCE)
    .gridPos(place)
    .links(
      alerts.map((alert) =>
        new DashboardLinkBuilder(`Runbook: ${alert}`)
          .type(DashboardLinkType.Link)
          .url(`${RUNBOOKS_URL}/${runbookName(alert)}`)
          .targetBlank(true),
      ),
    );
  Object.entries(queries).forEach(([legend, expr], index) => {
    builder.withTarget(
      new DataqueryBuilder()
        .expr(expr)
        .legendFormat(legend)
        .refId(String.fromCharCode(65 + index))
        .datasource(DATASOURCE),
    );
  });
  return builder;
}
