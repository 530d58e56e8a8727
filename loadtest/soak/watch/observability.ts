// What the project's observability brings to a soak: its rules, every alert with its runbook, every query of every panel.

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

/** @param _projectRoot - where rules and runbooks are */
export async function readObservability(_projectRoot: string): Promise<Observability> {
  return { ruleFiles: [], alerts: [], panels: [] };
}
