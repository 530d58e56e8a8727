import type { RuleCase } from './rule-case.ts';

const ENDS = 'region="europe",instance="a",exported_region="asia"';
const LABELS = { region: 'europe', exported_region: 'asia' };
const HEARD = `meridian_region_link_delay_seconds_count{${ENDS},kind="report"}`;
const GAPS = `meridian_region_link_gaps_total{${ENDS},direction="in"}`;
const delays = (upTo2: string, upTo5: string) => ({
  [`meridian_region_link_delay_seconds_bucket{${ENDS},kind="report",le="2"}`]: upTo2,
  [`meridian_region_link_delay_seconds_bucket{${ENDS},kind="report",le="5"}`]: upTo5,
  [`meridian_region_link_delay_seconds_bucket{${ENDS},kind="report",le="+Inf"}`]: upTo5,
});

export const LINK_CASES: readonly RuleCase[] = [
  {
    alert: 'RegionLinkLags',
    at: '15m',
    fires: delays('0x60', '0+60x60'),
    labels: LABELS,
    summary: 'messages from asia reach europe after 4.85s',
    quiet: [delays('0+60x60', '0+60x60')],
  },
  {
    alert: 'RegionLinkSilent',
    at: '15m',
    fires: { [HEARD]: '0+60x5 300x60' },
    labels: LABELS,
    summary: 'europe hears nothing from asia any more',
    quiet: [
      { [HEARD]: '0+60x60' },
      // Never heard of: a region that is not there yet.
      { [HEARD]: '0x60' },
    ],
  },
  {
    alert: 'RegionLinkGaps',
    at: '10m',
    fires: { [GAPS]: '0x5 1x60' },
    labels: LABELS,
    summary: 'messages between europe and asia were lost',
    quiet: [{ [GAPS]: '1x60' }],
  },
];
