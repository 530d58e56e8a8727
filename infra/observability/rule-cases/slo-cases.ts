import type { RuleCase, Series } from './rule-case.ts';

const LABELS = { region: 'europe' };

/** Of a hundred events between two samples, so many fail. */
function share(totalName: string, badName: string, bad: number, samples: number): Series {
  return {
    [`${totalName}{region="europe",instance="a"}`]: `0+100x${samples}`,
    [`${badName}{region="europe",instance="a"}`]: `0+${bad}x${samples}`,
  };
}

const joins = (bad: number, samples: number) =>
  share('meridian_joins_total', 'meridian_join_failures_total', bad, samples);
const actions = (bad: number, samples: number) =>
  share('meridian_link_action_seconds_count', 'meridian_link_slow_action_reports_total', bad, samples);
const play = (bad: number, samples: number) =>
  share('meridian_link_stall_seconds_count', 'meridian_link_stall_seconds_sum', bad, samples);

/** More than a day, a sample in ten minutes. */
const SLOWLY = { at: '26h', everyMinutes: 10 } as const;
const A_DAY = 26 * 6;

export const SLO_CASES: readonly RuleCase[] = [
  {
    alert: 'JoinSuccessBurnsFast',
    at: '70m',
    fires: joins(2, 80),
    labels: LABELS,
    summary: '2% of the tries to join a room in europe fail by our fault',
    quiet: [
      joins(0.5, 80),
      // Over: five good minutes behind an hour of bad ones, half an hour that was bearable.
      {
        'meridian_joins_total{region="europe",instance="a"}': '0+100x80',
        'meridian_join_failures_total{region="europe",instance="a"}': '0+2x35 70x45',
      },
      // One of ten who try, at night.
      {
        'meridian_joins_total{region="europe",instance="a"}': '0+0.5x80',
        'meridian_join_failures_total{region="europe",instance="a"}': '0+0.1x80',
      },
      // Not our fault.
      {
        ...joins(0, 80),
        'meridian_joins_total{region="europe",instance="a",outcome="ROOM_FULL"}': '0+50x80',
      },
    ],
  },
  {
    alert: 'JoinSuccessBurnsSlowly',
    ...SLOWLY,
    fires: joins(0.4, A_DAY),
    labels: LABELS,
    summary: '0.4% of the tries to join a room in europe failed by our fault over a day or more',
    quiet: [joins(0.05, A_DAY)],
  },
  {
    alert: 'ActionLatencyBurnsFast',
    at: '70m',
    fires: actions(20, 80),
    labels: LABELS,
    summary: 'in 20% of the seconds that players report from europe, actions take longer than 200 ms',
    quiet: [actions(5, 80)],
  },
  {
    alert: 'ActionLatencyBurnsSlowly',
    ...SLOWLY,
    fires: actions(4, A_DAY),
    labels: LABELS,
    summary:
      'in 4% of the seconds that players reported from europe over a day or more, actions took longer than 200 ms',
    quiet: [actions(0.5, A_DAY)],
  },
  {
    alert: 'AvailabilityBurnsFast',
    at: '70m',
    fires: play(2, 80),
    labels: LABELS,
    summary: 'play stands still for 2% of the time of players in europe',
    quiet: [play(0.5, 80)],
  },
  {
    alert: 'AvailabilityBurnsSlowly',
    ...SLOWLY,
    fires: play(0.4, A_DAY),
    labels: LABELS,
    summary: 'play stood still for 0.4% of the time of players in europe over a day or more',
    quiet: [play(0.05, A_DAY)],
  },
];
