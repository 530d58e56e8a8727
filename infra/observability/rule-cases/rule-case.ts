import { readFileSync } from 'node:fs';
import { type AlertRule, parseRuleFile, ruleFiles } from '../rules.ts';

/** Series of a region and what they are, a sample a minute, in promtool's notation: `0+60x90` begins at 0 and grows by 60 ninety times. */
export type Series = Readonly<Record<string, string>>;

/** When an alert fires, and when it does not. */
export interface RuleCase {
  readonly alert: string;
  /** When it is looked, after the first sample, e.g. `70m`. */
  readonly at: string;
  /** Between two samples; 1 when absent. */
  readonly everyMinutes?: number;
  readonly fires: Series;
  /** Besides those that the rule gives it; absent: none. */
  readonly labels?: Readonly<Record<string, string>>;
  /** What somebody reads who is woken. */
  readonly summary: string;
  /** Near misses. */
  readonly quiet: readonly Series[];
}

/** A file for `promtool test rules`. */
export interface RuleTests {
  readonly rule_files: readonly string[];
  readonly evaluation_interval: string;
  readonly tests: readonly object[];
}

interface PlacedCase {
  readonly one: RuleCase;
  readonly rule: AlertRule;
  readonly path: string;
}

/**
 * Files of tests: one for each file of rules and pace, because promtool looks at all rules of a test at each of its moments.
 *
 * @throws {RangeError} for a case of an alert that there is not
 */
export function ruleTestsOf(cases: readonly RuleCase[], folder?: string): readonly RuleTests[] {
  const alerts = new Map(ruleFiles(folder).flatMap(alertsOfFile));
  const placed = cases.map((one): PlacedCase => {
    const found = alerts.get(one.alert);
    if (found === undefined) throw new RangeError(`There is no alert ${one.alert}.`);
    return { one, ...found };
  });
  const byFile = Map.groupBy(placed, ({ one, path }) => `${one.everyMinutes ?? 1} ${path}`);
  return [...byFile.values()].map((group) => ({
    rule_files: [...new Set(group.map(({ path }) => path))],
    evaluation_interval: `${group[0]?.one.everyMinutes ?? 1}m`,
    tests: group.flatMap(testsOf),
  }));
}

function alertsOfFile(path: string) {
  const { groups } = parseRuleFile(readFileSync(path, 'utf8'));
  const rules = groups.flatMap((group) => group.rules).filter((rule) => 'alert' in rule);
  return rules.map((rule) => [rule.alert, { rule, path }] as const);
}

function testsOf({ one, rule }: PlacedCase): readonly object[] {
  const { labels = {}, summary } = one;
  const expected = {
    exp_labels: { ...rule.labels, ...labels },
    exp_annotations: { ...rule.annotations, summary },
  };
  return [
    testOf(one, one.fires, [expected]),
    ...one.quiet.map((series) => testOf(one, series, [])),
  ];
}

function testOf(
  { alert, at, everyMinutes = 1 }: RuleCase,
  series: Series,
  expected: readonly object[],
): object {
  return {
    name: `${alert} ${expected.length === 0 ? 'is quiet' : 'fires'}`,
    interval: `${everyMinutes}m`,
    input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
    alert_rule_test: [{ eval_time: at, alertname: alert, exp_alerts: expected }],
  };
}
