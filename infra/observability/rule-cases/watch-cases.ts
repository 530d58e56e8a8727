import type { RuleCase } from './rule-case.ts';

const FAILURES = 'prometheus_rule_evaluation_failures_total{rule_group="meridian-data",job="prometheus"}';

export const WATCH_CASES: readonly RuleCase[] = [
  {
    alert: 'DeadMansSwitch',
    at: '1m',
    fires: {},
    summary: 'Prometheus, Alertmanager and the way to the pager work',
    // It is never quiet; that is what it is for.
    quiet: [],
  },
  {
    alert: 'NothingScraped',
    at: '10m',
    fires: { 'up{job="prometheus"}': '1x60' },
    labels: { job: 'meridian' },
    summary: 'Prometheus knows of no node at all',
    quiet: [{ 'up{job="meridian",region="europe",instance="a"}': '0x60' }],
  },
  {
    alert: 'RulesFail',
    at: '15m',
    fires: { [FAILURES]: '0x5 4x60' },
    labels: { rule_group: 'meridian-data', job: 'prometheus' },
    summary: 'rules of meridian-data cannot be evaluated: their alerts are silent',
    quiet: [{ [FAILURES]: '0x60' }],
  },
];
