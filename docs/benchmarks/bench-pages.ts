/** What the page says of one series. */
export interface BenchSection {
  /** File of the series: `generated/<suite>.json`. */
  readonly suite: string;
  readonly title: string;
  /** What makes the series anew. */
  readonly command: string;
  readonly about: string;
  readonly figures: readonly Figure[];
  readonly plots: readonly Plot[];
}

/** A figure of the report, in words. */
export interface Figure {
  readonly name: string;
  readonly is: string;
  readonly unit: string;
  /** What we want of it; none where the figure is only told. */
  readonly goal?: { readonly atMost: number } | { readonly atLeast: number };
}

/** Bars, one for each figure. */
export interface Plot {
  readonly file: string;
  readonly title: string;
  readonly unit: string;
  readonly better: 'more' | 'less';
  readonly bars: readonly {
    readonly figure: string;
    readonly label: string;
    readonly isOurs: boolean;
  }[];
}

const ours = (figure: string, label: string) => ({ figure, label, isOurs: true });
const other = (figure: string, label: string) => ({ figure, label, isOurs: false });
const atMost = (bound: number) => ({ goal: { atMost: bound } });
const atLeast = (bound: number) => ({ goal: { atLeast: bound } });

/** The page, in its order. */
export const SECTIONS: readonly BenchSection[] = [
  {
    suite: 'rooms',
    title: 'Many rooms on one core',
    command:
      'npm run bench -- rooms --contenders meridian,colyseus-input,colyseus-plain,colyseus-default,ws',
    about:
      'Rooms of 20, 20 steps a second, each player an input a step; the server on one core, its players on the other. Most players: while 95 % of their inputs have their effect within 100 ms, and the loop is late by less than 50 ms, 99 %.',
    figures: [
      {
        name: 'players_per_core_ratio_vs_colyseus',
        is: 'most players to those of stock, with `defineInput`',
        unit: '',
        ...atLeast(2.2),
      },
      {
        name: 'players_per_core_ratio_vs_colyseus_plain',
        is: 'the same, stock with plain messages',
        unit: '',
        ...atLeast(1.5),
      },
      {
        name: 'bytes_ratio_vs_colyseus',
        is: 'bytes a player gets to those of stock',
        unit: '',
        ...atMost(0.65),
      },
      {
        name: 'p95_action_ms_ratio_vs_colyseus_default',
        is: 'input to effect, 95 %, to that of stock with its two timers',
        unit: '',
        ...atMost(0.6),
      },
      { name: 'kb_per_client', is: 'memory of an idle client', unit: 'kB', ...atMost(72) },
      { name: 'kb_per_room', is: 'memory of an idle room', unit: 'kB', ...atMost(53) },
      {
        name: 'idle_rooms_cpu_percent',
        is: '2000 idle rooms, of a core',
        unit: '%',
        ...atMost(5),
      },
    ],
    plots: [
      {
        file: 'rooms.svg',
        title: 'Most players on one core',
        unit: '',
        better: 'more',
        bars: [
          ours('players_per_core_meridian', 'Meridian'),
          other('players_per_core_colyseus_input', 'stock Colyseus, defineInput'),
          other('players_per_core_colyseus_plain', 'stock Colyseus, messages'),
          other('players_per_core_ws', 'ws, one packed buffer a room'),
        ],
      },
    ],
  },
  {
    suite: 'failover',
    title: 'A node dies, or is replaced',
    command: 'npm run bench -- failover',
    about:
      '200 rooms with 1000 bots on two nodes; a third starts, the busiest is killed with `kill -9`, one is drained, all are replaced.',
    figures: [
      {
        name: 'kill_to_first_state_p50_ms',
        is: 'kill to first state from the new node, median',
        unit: 'ms',
        ...atMost(1_500),
      },
      { name: 'kill_to_first_state_p99_ms', is: 'the same, 99 %', unit: 'ms', ...atMost(2_500) },
      {
        name: 'recovered_sessions_ratio',
        is: 'sessions of the killed node that play on',
        unit: '',
        ...atLeast(1),
      },
      {
        name: 'lost_patches_max',
        is: 'patches that players had seen and the room did not know',
        unit: '',
        ...atMost(1),
      },
      { name: 'double_owner_count', is: 'rooms with two owners', unit: '', ...atMost(0) },
      {
        name: 'drain_pause_p95_ms',
        is: 'pause while a node is drained, 95 %',
        unit: 'ms',
        ...atMost(200),
      },
      {
        name: 'rolling_deploy_lost_rooms',
        is: 'rooms lost while all nodes were replaced',
        unit: '',
        ...atMost(0),
      },
      { name: 'rolling_deploy_kicked', is: 'players lost meanwhile', unit: '', ...atMost(0) },
      {
        name: 'first_join_after_kill_ms',
        is: 'first join asked for after the kill',
        unit: 'ms',
        ...atMost(2_500),
      },
      {
        name: 'journal_cpu_ratio',
        is: 'CPU with `journal` beside `none`, 500 players',
        unit: '',
        ...atMost(1.15),
      },
    ],
    plots: [
      {
        file: 'failover.svg',
        title: 'What players wait when their node goes',
        unit: 'ms',
        better: 'less',
        bars: [
          ours('kill_to_first_state_p50_ms', 'kill -9, median'),
          ours('kill_to_first_state_p99_ms', 'kill -9, 99 %'),
          ours('drain_pause_p50_ms', 'drain, median'),
          ours('drain_pause_p95_ms', 'drain, 95 %'),
          ours('rolling_deploy_pause_p95_ms', 'all nodes replaced, 95 %'),
        ],
      },
    ],
  },
  {
    suite: 'joins',
    title: 'Joins',
    command: 'npm run bench -- joins',
    about:
      'Players join rooms of a region on Redis, beside stock Colyseus with its Redis driver, in one run.',
    figures: [
      {
        name: 'joins_ratio_vs_colyseus_1k_rooms',
        is: 'joins a second to those of stock, 1000 rooms',
        unit: '',
        ...atLeast(4),
      },
      {
        name: 'joins_ratio_vs_colyseus_10k_rooms',
        is: 'the same, 10 000 rooms',
        unit: '',
        ...atLeast(8),
      },
      {
        name: 'join_p95_ms_10k_rooms',
        is: 'a join, 95 %, 10 000 rooms',
        unit: 'ms',
        ...atMost(150),
      },
      {
        name: 'driver_find_p95_ms',
        is: 'finding a room among 10 000, 95 %',
        unit: 'ms',
        ...atMost(2),
      },
      { name: 'joins_ratio_2_nodes_vs_1', is: 'two nodes to one, on one core', unit: '' },
      { name: 'joins_ratio_4_nodes_vs_1', is: 'four nodes to one, on one core', unit: '' },
    ],
    plots: [
      {
        file: 'joins.svg',
        title: 'Joins a second, one node',
        unit: 'per second',
        better: 'more',
        bars: [
          ours('joins_per_second_1k_rooms', 'Meridian, 1000 rooms'),
          other('joins_per_second_1k_rooms_colyseus', 'stock Colyseus, 1000 rooms'),
          ours('joins_per_second_10k_rooms', 'Meridian, 10 000 rooms'),
          other('joins_per_second_10k_rooms_colyseus', 'stock Colyseus, 10 000 rooms'),
        ],
      },
    ],
  },
  {
    suite: 'big-room',
    title: 'A thousand in one room',
    command: 'npm run bench -- big-room --two-rooms --find-max',
    about:
      'One room of 1000 bots, 20 steps a second, each seeing 20 others on average; stock Colyseus with StateViews beside it.',
    figures: [
      {
        name: 'tick_p95_ms_uniform_20',
        is: 'a step with its flush, 95 %',
        unit: 'ms',
        ...atMost(35),
      },
      { name: 'tick_p99_ms_uniform_20', is: 'the same, 99 %', unit: 'ms', ...atMost(50) },
      {
        name: 'tick_p95_ms_uniform_79',
        is: 'a step that shows each 79 others, 95 %',
        unit: 'ms',
        ...atMost(35),
      },
      {
        name: 'encode_ratio_uniform_20',
        is: 'CPU of encoding to that of stock, 20 in sight',
        unit: '',
        ...atMost(0.1),
      },
      { name: 'encode_ratio_uniform_79', is: 'the same, 79 in sight', unit: '', ...atMost(0.1) },
      { name: 'action_p95_ms_uniform_20', is: 'input to its effect, 95 %', unit: 'ms' },
      {
        name: 'received_bytes_per_player_per_s_uniform_20',
        is: 'bytes a second and player',
        unit: 'B',
        ...atMost(10_000),
      },
      {
        name: 'seen_age_p95_ms_near_uniform_20',
        is: 'age of who is near, 95 %',
        unit: 'ms',
        ...atMost(200),
      },
      {
        name: 'seen_age_p95_ms_far_uniform_20',
        is: 'age of who is far, 95 %',
        unit: 'ms',
        ...atMost(800),
      },
      {
        name: 'age_p95_ms_near_one_cell',
        is: 'age in a crowd of 1000 in one place, where 10 000 bytes a second tell of each of them once in 1.2 s, 95 %',
        unit: 'ms',
        ...atMost(200),
      },
      { name: 'decode_errors', is: 'errors of the decoder', unit: '', ...atMost(0) },
      {
        name: 'two_rooms_tick_p95_ms',
        is: 'two such rooms on two cores, with all their bots: a step, 95 %',
        unit: 'ms',
      },
      {
        name: 'largest_room_meridian',
        is: 'most players, 20 in sight, at a step < 50 ms and 18 patches a second',
        unit: '',
      },
      { name: 'largest_room_colyseus', is: 'the same, stock', unit: '' },
    ],
    plots: [
      {
        file: 'big-room.svg',
        title: 'A step of a room of 1000, with its flush',
        unit: 'ms',
        better: 'less',
        bars: [
          ours('tick_p50_ms_uniform_20', 'Meridian, median'),
          other('tick_p50_ms_uniform_20_colyseus', 'stock Colyseus, median'),
          ours('tick_p99_ms_uniform_20', 'Meridian, 99 %'),
          other('tick_p99_ms_uniform_20_colyseus', 'stock Colyseus, 99 %'),
        ],
      },
    ],
  },
  {
    suite: 'badlink',
    title: 'A bad link',
    command: 'npm run bench -- badlink',
    about:
      'Movers drawn over a mobile link of 150 ± 40 ms with 2 % loss, of recorded TCP; a client behind 32 kbit/s; an outage of 5 s. Stock Colyseus with the defaults of its SDK beside it.',
    figures: [
      { name: 'lan_delay_ms', is: 'delay of what is drawn, LAN', unit: 'ms', ...atMost(75) },
      { name: 'lan_delay_ms_colyseus', is: 'the same, stock', unit: 'ms' },
      {
        name: 'stalled_ratio_bad',
        is: 'frames that stand still, bad link',
        unit: '',
        ...atMost(0.01),
      },
      { name: 'stalled_ratio_bad_colyseus', is: 'the same, stock', unit: '' },
      {
        name: 'drawn_error_p99_px_bad',
        is: 'error of what is drawn, 99 %',
        unit: 'px',
        ...atMost(3),
      },
      { name: 'drawn_error_p99_px_bad_colyseus', is: 'the same, stock', unit: 'px' },
      { name: 'input_starved_ratio_bad', is: 'steps without an input', unit: '', ...atMost(0.03) },
      { name: 'resume_after_outage_ms', is: 'back after an outage', unit: 'ms', ...atMost(1_500) },
      {
        name: 'slow_backlog_p99_bytes',
        is: 'waiting for a client behind 32 kbit/s, 99 %',
        unit: 'B',
        ...atMost(16_384),
      },
      {
        name: 'slow_critical_p95_beyond_rtt_ms',
        is: 'critical events there, beyond the round trip, 95 %',
        unit: 'ms',
        ...atMost(100),
      },
      { name: 'slow_critical_p95_beyond_rtt_ms_colyseus', is: 'the same, stock', unit: 'ms' },
      {
        name: 'slow_level_0_after_ms',
        is: 'best level again after its release',
        unit: 'ms',
        ...atMost(20_000),
      },
    ],
    plots: [],
  },
  {
    suite: 'matchmaking',
    title: 'Matches',
    command: 'npm run bench -- matchmaking',
    about:
      'The pool that production runs, in the simulator, beside five other rules over the same tickets, 20 a second. The others get their teams split as well as can be.',
    figures: [
      {
        name: 'team_gap_p95_ratio_vs_best_peer',
        is: 'rating gap between teams to that of the best other rule, 95 %',
        unit: '',
        ...atMost(0.75),
      },
      { name: 'wait_p95_s', is: 'wait, 95 %', unit: 's', ...atMost(13) },
      { name: 'latency_p95_ms', is: 'latency of those placed, 95 %', unit: 'ms', ...atMost(110) },
      { name: 'matched_ratio', is: 'players matched', unit: '', ...atLeast(0.985) },
      {
        name: 'cost_ratio_vs_optimum',
        is: 'cost to that of the best possible matches, small sets',
        unit: '',
        ...atMost(1.1),
      },
      {
        name: 'tickets_per_second',
        is: 'tickets a second on one core, 10 000 queued',
        unit: '',
        ...atLeast(10_000),
      },
      { name: 'pass_100k_s', is: 'a pass over 100 000', unit: 's', ...atMost(3) },
      {
        name: 'pass_100k_longest_slice_ms',
        is: 'its longest slice, wall clock',
        unit: 'ms',
        ...atMost(20),
      },
    ],
    plots: [
      {
        file: 'team-gap.svg',
        title: 'Rating gap between teams, 95 %, 20 tickets a second',
        unit: 'points',
        better: 'less',
        bars: [
          ours('team_gap_p95_rate_20_meridian', 'Meridian'),
          other('team_gap_p95_rate_20_greedy_window', 'greedy window'),
          other('team_gap_p95_rate_20_nakama_1s', "Nakama's rule, each second"),
          other('team_gap_p95_rate_20_nakama_15s', "Nakama's rule, each 15 s"),
          other('team_gap_p95_rate_20_queue_room', "Colyseus' QueueRoom"),
          other('team_gap_p95_rate_20_queue_room_per_region', 'QueueRoom per region'),
        ],
      },
      {
        file: 'wait.svg',
        title: 'Wait for a match, 95 %, 20 tickets a second',
        unit: 's',
        better: 'less',
        bars: [
          ours('wait_p95_s_rate_20_meridian', 'Meridian'),
          other('wait_p95_s_rate_20_greedy_window', 'greedy window'),
          other('wait_p95_s_rate_20_nakama_1s', "Nakama's rule, each second"),
          other('wait_p95_s_rate_20_nakama_15s', "Nakama's rule, each 15 s"),
          other('wait_p95_s_rate_20_queue_room', "Colyseus' QueueRoom"),
          other('wait_p95_s_rate_20_queue_room_per_region', 'QueueRoom per region'),
        ],
      },
    ],
  },
  {
    suite: 'regions',
    title: 'Five regions, one queue',
    command: 'npm run bench -- regions',
    about:
      'The five regions of `npm run cluster` with their distances; first 1000 players in one queue, then players of rare queues who find each other over regions only.',
    figures: [
      {
        name: 'wrong_region_ratio',
        is: 'players in a region that is not theirs',
        unit: '',
        ...atMost(0.02),
      },
      { name: 'failed_players', is: 'players who got no match', unit: '', ...atMost(0) },
      { name: 'action_p95_ms', is: 'input to its effect, 95 %', unit: 'ms' },
      { name: 'cross_matches_ratio', is: 'rare queues: matches over regions', unit: '' },
      {
        name: 'cross_wrong_region_ratio',
        is: 'rare queues: not in the region that is fairest',
        unit: '',
        ...atMost(0.02),
      },
      { name: 'leaked_tickets', is: 'tickets left behind', unit: '', ...atMost(0) },
      { name: 'leaked_seats', is: 'seats left behind', unit: '', ...atMost(0) },
    ],
    plots: [],
  },
  {
    suite: 'burst',
    title: 'Ten times too many',
    command: 'npm run bench -- burst',
    about: 'Ten times the tickets that the region can seat, for a minute.',
    figures: [
      { name: 'wait_max_ms', is: 'longest wait of who got in', unit: 'ms' },
      {
        name: 'refusals_without_retry_after',
        is: 'refusals that do not say when to come again',
        unit: '',
        ...atMost(0),
      },
      { name: 'untyped_refusals', is: 'players who heard no typed answer', unit: '', ...atMost(0) },
      { name: 'recovery_s', is: 'until waits are as before', unit: 's', ...atMost(10) },
      { name: 'loop_lag_max_ms', is: 'longest block of the event loop', unit: 'ms' },
      { name: 'leaked_tickets', is: 'tickets left behind', unit: '', ...atMost(0) },
      { name: 'lost_seats', is: 'seats that were given and not there', unit: '', ...atMost(0) },
    ],
    plots: [
      {
        file: 'burst.svg',
        title: 'Wait for a match, 95 %',
        unit: 'ms',
        better: 'less',
        bars: [
          ours('steady_wait_p95_ms', 'before'),
          ours('wait_p95_ms', 'ten times too many'),
          ours('recovered_wait_p95_ms', 'after'),
        ],
      },
    ],
  },
  {
    suite: 'chaos-black-hole-region',
    title: 'A region is lost',
    command: 'npm run chaos -- black-hole-region',
    about: 'One of five regions is silent for 40 s, with 20 durable rooms full of players.',
    figures: [
      { name: 'resumed_rooms', is: 'of 20 rooms, those that went on', unit: '', ...atLeast(20) },
      {
        name: 'evacuation_first_state_p95_ms',
        is: 'loss to first state from the other region, 95 %',
        unit: 'ms',
        ...atMost(10_000),
      },
      { name: 'double_owner_count', is: 'rooms with two owners', unit: '', ...atMost(0) },
      { name: 'lost_tickets', is: 'tickets that were lost', unit: '', ...atMost(0) },
      { name: 'duplicated_tickets', is: 'tickets in more than one match', unit: '', ...atMost(0) },
      { name: 'longest_match_gap_ms', is: 'longest time without a match elsewhere', unit: 'ms' },
    ],
    plots: [],
  },
  {
    suite: 'soak',
    title: 'Half an hour of faults',
    command: 'npm run soak -- --minutes 30',
    about:
      'Five regions of two nodes each, and a fault every twenty seconds or so: nodes killed, halted and drained, Redis servers restarted, links cut. Every second of every player is booked as played or not.',
    figures: [
      {
        name: 'availability',
        is: 'seconds with a live match, answered in time',
        unit: '',
        ...atLeast(0.999),
      },
      { name: 'players', is: 'players', unit: '' },
      { name: 'faults', is: 'faults', unit: '' },
      { name: 'unplayed_player_seconds', is: 'seconds that were not played', unit: 's' },
      { name: 'lost_rooms', is: 'rooms that nobody brought back', unit: '', ...atMost(0) },
      { name: 'double_owners', is: 'rooms with two owners', unit: '', ...atMost(0) },
      {
        name: 'incidents_without_fault',
        is: 'incidents without a fault that was ordered',
        unit: '',
      },
      { name: 'action_p95_ms', is: 'input to its effect, 95 %', unit: 'ms' },
      {
        name: 'alerts_without_runbook',
        is: 'alerts without a runbook',
        unit: '',
        ...atMost(0),
      },
      { name: 'empty_panels', is: 'panels without figures', unit: '', ...atMost(0) },
    ],
    plots: [],
  },
  {
    suite: 'profiles',
    title: "Players' data, over gRPC",
    command: 'npm run bench -- profiles --parts services',
    about:
      '500 reads and 100 writes a second, the profile service in a process of its own. What stood for MongoDB is a stand-in: the figures tell of our side of the wire.',
    figures: [
      {
        name: 'read_hit_p99_ms',
        is: 'a read that the cache answers, 99 %',
        unit: 'ms',
        ...atMost(5),
      },
      { name: 'services_write_p99_ms', is: 'a write, 99 %', unit: 'ms', ...atMost(50) },
      {
        name: 'bare_call_p99_ms',
        is: 'a call that does nothing, beside them: what gRPC and the machine make of it',
        unit: 'ms',
      },
    ],
    plots: [],
  },
  {
    suite: 'autoscale',
    title: 'More players, more nodes',
    command: 'npm run bench -- autoscale',
    about:
      'The shipped autoscaler on a virtual clock, over a day with its evening, a crowd that comes in two minutes, and the players of a lost neighbour. No cluster was there.',
    figures: [
      {
        name: 'refused_players_evening_peak',
        is: 'evening: players told to wait',
        unit: '',
        ...atMost(0),
      },
      {
        name: 'node_hours_ratio_vs_static_evening_peak',
        is: 'evening: hours of nodes to those of a fleet for the peak',
        unit: '',
      },
      {
        name: 'refused_players_flash_crowd',
        is: 'crowd of 30 000: players told to wait',
        unit: '',
        ...atMost(20_000),
      },
      {
        name: 'longest_wait_s_flash_crowd',
        is: 'crowd: until the last of them had a seat',
        unit: 's',
        ...atMost(120),
      },
      {
        name: 'refused_players_region_loss',
        is: 'lost neighbour: players told to wait',
        unit: '',
        ...atMost(0),
      },
    ],
    plots: [],
  },
];
