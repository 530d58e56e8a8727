import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { buildDashboard, type DashboardSpec } from './dashboards/dashboard.ts';
import { DATA } from './dashboards/data.ts';
import { MATCHMAKING } from './dashboards/matchmaking.ts';
import { NETCODE } from './dashboards/netcode.ts';
import { NODE } from './dashboards/node.ts';
import { REGION } from './dashboards/region.ts';
import { ROOM_TYPE } from './dashboards/room-type.ts';
import { SLO } from './dashboards/slo.ts';
import { WORLD } from './dashboards/world.ts';

export const DASHBOARD_SPECS: readonly DashboardSpec[] = [
  ...[WORLD, SLO, REGION, NODE, ROOM_TYPE, MATCHMAKING, NETCODE, DATA],
];

/** Query of a panel. */
export interface PanelQuery {
  /** Title of the dashboard. */
  readonly dashboard: string;
  /** Title of the panel. */
  readonly panel: string;
  /** PromQL, with everything chosen and the window filled in: ready to be asked. */
  readonly query: string;
}

/** Every dashboard as Grafana reads it. */
export function allDashboards(specs = DASHBOARD_SPECS): readonly Dashboard[] {
  return specs.map(buildDashboard);
}

/**
 * Every query of every panel.
 *
 * @param rateWindow - what Grafana fills in for `$__rate_interval`, at least four scrapes, e.g. `1m`
 */
export function allPanelQueries(
  rateWindow = '1m',
  specs: readonly DashboardSpec[] = DASHBOARD_SPECS,
): readonly PanelQuery[] {
  return specs.flatMap(({ title, variables, panels }) =>
    panels.flatMap((panel) =>
      Object.values(panel.queries).map((template) => {
        const chosen = variables.reduce((it, name) => it.replaceAll(`$${name}`, '.*'), template);
        const query = chosen.replaceAll('$__rate_interval', rateWindow);
        return { dashboard: title, panel: panel.title, query };
      }),
    ),
  );
}
