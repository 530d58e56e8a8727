// What the project's observability brings to a soak: its rules, every alert with its runbook, every query of every panel.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { allPanelQueries } from '../../../infra/observability/dashboards.ts';
import { allAlerts, ruleFiles, runbookName } from '../../../infra/observability/rules.ts';

/** A query of a dashboard's panel. */
export interface PanelQuery {
  /** `<dashboard> / <panel>`, for people. */
  readonly name: string;
  readonly promql: string;
}

/** An alert that may fire. */
export interface KnownAlert {
  readonly name: string;
  /** The page that tells what to do; null: it names none, or one that is not there. */
  readonly runbook: string | null;
}

export interface Observability {
  /** Files of rules that Prometheus loads. */
  readonly ruleFiles: readonly string[];
  readonly alerts: readonly KnownAlert[];
  readonly panels: readonly PanelQuery[];
}

/** @param projectRoot - where runbooks are */
export function readObservability(projectRoot: string): Observability {
  return {
    ruleFiles: ruleFiles(),
    alerts: allAlerts().map(({ alert, annotations }) => {
      const page = runbookName(alert);
      const isThere =
        annotations.runbook_url.endsWith(`/${page}`) &&
        existsSync(join(projectRoot, 'docs', 'runbooks', page));
      return { name: alert, runbook: isThere ? annotations.runbook_url : null };
    }),
    panels: allPanelQueries().map(({ dashboard, panel, query }) => ({
      name: `${dashboard} / ${panel}`,
      promql: query,
    })),
  };
}
