// What a schema cannot say of rules and dashboards: that what they read exists, and that whoever is called knows what to do.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { allPanelQueries } from './dashboards.ts';
import { buildDashboard, type DashboardSpec, RUNBOOKS_URL } from './dashboards/dashboard.ts';
import { type KnownMetrics, queryFaults } from './known-metrics.ts';
import type { RuleCase } from './rule-cases/rule-case.ts';
import { type AlertRule, allAlerts, allRecordings, runbookName } from './rules.ts';

const RUNBOOKS_FOLDER = join(import.meta.dirname, '..', '..', 'docs', 'runbooks');
/** Never quiet: who gets it wakes somebody when it stops. */
const ALWAYS_FIRES = 'DeadMansSwitch';

/** @returns what is wrong with the rules of a folder, a line each; empty: nothing */
export function ruleFaults(
  known: KnownMetrics,
  cases: readonly RuleCase[],
  { folder, runbooks = RUNBOOKS_FOLDER }: { folder?: string; runbooks?: string } = {},
): readonly string[] {
  const recordings = allRecordings(folder).flatMap(({ record, expr }) =>
    queryFaults(expr, known).map((fault) => `${record}: ${fault}`),
  );
  const alerts = allAlerts(folder);
  const names = alerts.map(({ alert }) => alert);
  return [
    ...recordings,
    ...names.filter((name, n) => names.indexOf(name) !== n).map((name) => `${name}: is there twice`),
    ...alerts.flatMap((rule) =>
      [
        ...queryFaults(rule.expr, known),
        ...runbookFaults(rule, runbooks),
        ...caseFaults(rule, cases),
      ].map((fault) => `${rule.alert}: ${fault}`),
    ),
  ];
}

function runbookFaults({ alert, annotations }: AlertRule, runbooks: string): readonly string[] {
  const name = runbookName(alert);
  const expected = `${RUNBOOKS_URL}/${name}`;
  return [
    ...(annotations.runbook_url === expected ? [] : [`its runbook is not ${expected}`]),
    ...(existsSync(join(runbooks, name)) ? [] : [`there is no runbook ${name}`]),
  ];
}

function caseFaults({ alert }: AlertRule, cases: readonly RuleCase[]): readonly string[] {
  const own = cases.filter((one) => one.alert === alert);
  if (own.length === 0) return ['nothing shows that it fires'];
  const isQuiet = alert === ALWAYS_FIRES || own.some(({ quiet }) => quiet.length > 0);
  return isQuiet ? [] : ['nothing shows that it is quiet'];
}

/** @returns what is wrong with dashboards, a line each; empty: nothing */
export function dashboardFaults(
  specs: readonly DashboardSpec[],
  known: KnownMetrics,
  alerts: ReadonlySet<string>,
): readonly string[] {
  const queries = allPanelQueries('1m', specs).flatMap(({ dashboard, panel, query }) =>
    queryFaults(query, known).map((fault) => `${dashboard} / ${panel}: ${fault}`),
  );
  const strangers = specs.flatMap(({ title, panels }) =>
    panels.flatMap((panel) =>
      (panel.alerts ?? [])
        .filter((alert) => !alerts.has(alert))
        .map((alert) => `${title} / ${panel.title}: there is no alert ${alert}`),
    ),
  );
  const uids = specs.map(({ uid }) => uid);
  return [
    ...queries,
    ...strangers,
    ...uids.filter((uid, n) => uids.indexOf(uid) !== n).map((uid) => `${uid}: is there twice`),
    ...specs.flatMap((spec) => layoutFaults(buildDashboard(spec))),
  ];
}

/** @returns panels of a built dashboard that share an id or a title, lie above another, or beyond the grid */
export function layoutFaults({ title, panels = [] }: Dashboard): readonly string[] {
  const all = panels as readonly Panel[];
  return all.flatMap((panel, index) => {
    const others = all.slice(0, index);
    const faults = [
      ...(others.some(({ id }) => id === panel.id) ? ['has the id of another'] : []),
      ...(others.some((other) => other.title === panel.title) ? ['has the title of another'] : []),
      ...(others.some((other) => overlap(other, panel)) ? ['lies above another'] : []),
      ...(panel.fieldConfig?.defaults?.unit === undefined ? ['has no unit'] : []),
      ...((panel.gridPos?.x ?? 0) + (panel.gridPos?.w ?? 0) > 24 ? ['is beyond the grid'] : []),
    ];
    return faults.map((fault) => `${title} / ${panel.title}: ${fault}`);
  });
}

function overlap({ gridPos: a }: Panel, { gridPos: b }: Panel): boolean {
  if (a === undefined || b === undefined) return true;
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}
