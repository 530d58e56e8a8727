import { DATA_CASES } from './data-cases.ts';
import { FAILOVER_CASES } from './failover-cases.ts';
import { LINK_CASES } from './link-cases.ts';
import type { RuleCase } from './rule-case.ts';
import { SATURATION_CASES } from './saturation-cases.ts';
import { SLO_CASES } from './slo-cases.ts';
import { WATCH_CASES } from './watch-cases.ts';

/** Every alert, when it fires and when it does not. */
export const RULE_CASES: readonly RuleCase[] = [
  ...SLO_CASES,
  ...SATURATION_CASES,
  ...FAILOVER_CASES,
  ...LINK_CASES,
  ...DATA_CASES,
  ...WATCH_CASES,
];
