import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

export const OBSERVABILITY_FOLDER = import.meta.dirname;

const duration = z.string().regex(/^\d+(ms|s|m|h|d|w)$/);

const recordingRule = z.strictObject({ record: z.string(), expr: z.string() });

const alertRule = z.strictObject({
  /** E.g. `NodeLoopLags`. */
  alert: z.string().regex(/^([A-Z][a-z]+)+$/),
  expr: z.string(),
  for: duration.optional(),
  labels: z.strictObject({
    /** `page`: somebody is woken, for no machine can settle it. `ticket`: somebody looks in the morning. */
    severity: z.enum(['page', 'ticket']),
    /** What the incident bot may do about it. */
    action: z
      .enum([
        'drain-node',
        'quarantine-node',
        'raise-replicas',
        'close-region',
        'shed-tickets',
        'evacuate-region',
      ])
      .optional(),
  }),
  annotations: z.strictObject({ summary: z.string().min(1), runbook_url: z.url() }),
});

const ruleFile = z.strictObject({
  groups: z
    .array(
      z.strictObject({
        name: z.string(),
        rules: z.array(z.union([alertRule, recordingRule])).min(1),
      }),
    )
    .min(1),
});

/** A file of Prometheus' rules, in the form that ours have. */
export type RuleFile = z.infer<typeof ruleFile>;
export type AlertRule = z.infer<typeof alertRule>;
export type RecordingRule = z.infer<typeof recordingRule>;

/** @throws {z.ZodError} for what Prometheus or our conventions do not take, e.g. an alert without a runbook */
export function parseRuleFile(text: string): RuleFile {
  return ruleFile.parse(parse(text));
}

/** Paths of the rule files of a folder, ours unless said otherwise. */
export function ruleFiles(folder: string = OBSERVABILITY_FOLDER): readonly string[] {
  const rules = join(folder, 'rules');
  return readdirSync(rules)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => join(rules, name));
}

/** All groups of rules, in the order of their files. */
export function ruleGroups(folder?: string): RuleFile['groups'] {
  return ruleFiles(folder).flatMap((path) => parseRuleFile(readFileSync(path, 'utf8')).groups);
}

export function allAlerts(folder?: string): readonly AlertRule[] {
  return ruleGroups(folder).flatMap(({ rules }) => rules.filter((rule) => 'alert' in rule));
}

export function allRecordings(folder?: string): readonly RecordingRule[] {
  return ruleGroups(folder).flatMap(({ rules }) => rules.filter((rule) => 'record' in rule));
}

/** The name of an alert's page in docs/runbooks: `NodeLoopLags` → `node-loop-lags.md`. */
export function runbookName(alert: string): string {
  return `${alert.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()}.md`;
}
