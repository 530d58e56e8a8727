import type { RuleCase } from './rule-case.ts';

const EUROPE = { region: 'europe' };
const of = (metric: string, more = '') => `${metric}{region="europe",instance="a"${more}}`;

const KEPT = of('meridian_cache_reads_total', ',cache="profiles",outcome="kept"');
const writes = (outcome: string) =>
  of('meridian_deferred_writes_total', `,outcome="${outcome}"`);
const OLDEST = of('meridian_deferred_writes_oldest_seconds');
const FAILED = of('meridian_deferred_writes_failed');
const soft = (step: string) => of('meridian_soft_writes_total', `,step="${step}"`);
const BACKLOG = of('meridian_analytics_backlog');
const LOST = of('meridian_analytics_dropped_total', ',class="game"');
const calls = (side: string, outcome: string) =>
  of('meridian_rpc_duration_seconds_count', `,side="${side}",method="Profiles/Read",outcome="${outcome}"`);

/** Of three nodes, so many cannot renew their leases for some minutes. */
function withoutRedis(count: number) {
  return Object.fromEntries(
    [0, 1, 2].map((n) => [
      `meridian_lease_renewal_failures_total{region="europe",instance="${n}"}`,
      n < count ? '0x5 0+300x60' : '0x60',
    ]),
  );
}

export const DATA_CASES: readonly RuleCase[] = [
  {
    alert: 'RedisAway',
    at: '10m',
    fires: withoutRedis(2),
    labels: EUROPE,
    summary: 'most nodes of europe cannot reach their Redis',
    quiet: [withoutRedis(1), withoutRedis(0)],
  },
  {
    alert: 'ProfileStoreAway',
    at: '15m',
    fires: { [KEPT]: '0x5 0+10x60' },
    labels: EUROPE,
    summary: 'the profile store of europe does not answer',
    quiet: [
      // An election.
      { [KEPT]: '0x5 0+10x1 10x60', [writes('deferred')]: '0x5 0+20x1 20x60' },
      // What was put away is written.
      { [writes('deferred')]: '20x60', [writes('applied')]: '0+1x60' },
    ],
  },
  {
    alert: 'DeferredWritesWait',
    at: '15m',
    fires: { [OLDEST]: '900x60' },
    labels: EUROPE,
    summary: 'writes of profiles in europe have waited for 15m 0s',
    quiet: [{ [OLDEST]: '90x60' }],
  },
  {
    alert: 'DeferredWritesFailed',
    at: '10m',
    fires: { [FAILED]: '2x60' },
    labels: EUROPE,
    summary: '2 write(s) of profiles in europe were refused for good and wait for people',
    quiet: [{ [FAILED]: '0x60' }],
  },
  {
    alert: 'DeferredWritesRefused',
    at: '10m',
    fires: { [writes('refused')]: '0x4 8x60' },
    labels: EUROPE,
    summary: '8 write(s) of profiles in europe could not even be put into the queue',
    quiet: [{ [writes('refused')]: '8x60', [writes('deferred')]: '0+5x60' }],
  },
  {
    alert: 'SoftWritesDropped',
    at: '15m',
    fires: { [soft('dropped')]: '0x5 3x60' },
    labels: EUROPE,
    summary: '3 soft value(s) of players in europe were dropped',
    quiet: [{ [soft('dropped')]: '0x60', [soft('put')]: '0+100x60' }],
  },
  {
    alert: 'AnalyticsBacklogGrows',
    at: '20m',
    fires: { [BACKLOG]: '60000x60' },
    labels: EUROPE,
    summary: '60k events of europe wait for the sink',
    quiet: [{ [BACKLOG]: '40000x60' }, { [BACKLOG]: '100x10 60000x5 100x60' }],
  },
  {
    alert: 'AnalyticsDropped',
    at: '15m',
    fires: { [LOST]: '0x5 40x60' },
    labels: EUROPE,
    summary: '40 events of europe were lost',
    quiet: [{ [LOST]: '40x60' }],
  },
  {
    alert: 'ServiceCallsFail',
    at: '15m',
    fires: {
      [calls('client', 'ok')]: '0+80x60',
      [calls('client', 'SERVICE_UNAVAILABLE')]: '0+20x60',
    },
    labels: { ...EUROPE, method: 'Profiles/Read' },
    summary: '20% of the calls Profiles/Read in europe fail',
    quiet: [
      {
        [calls('client', 'ok')]: '0+80x60',
        [calls('client', 'PROFILE_UNKNOWN')]: '0+20x60',
      },
      { [calls('client', 'ok')]: '0+99x60', [calls('client', 'INTERNAL')]: '0+1x60' },
    ],
  },
];
