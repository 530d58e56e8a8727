import { type Population, USUAL_POPULATION } from './population.ts';

/** A region that takes no matches for a while. */
export interface Outage {
  readonly region: number;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** How many come, who they are, and what breaks. */
export interface Scenario {
  readonly name: string;
  readonly summary: string;
  /** Mean over the scenario, all regions together. */
  readonly ticketsPerSecond: number;
  readonly durationMs: number;
  /** Length of a synthetic day; null: always the same hour everywhere. */
  readonly dayMs: number | null;
  readonly population: Population;
  readonly outages: readonly Outage[];
}

export const SCENARIO_NAMES = [
  'steady',
  'night-trough',
  'region-outage',
  'five-stacks',
  'bimodal-skill',
  'smurfs',
] as const;
export type ScenarioName = (typeof SCENARIO_NAMES)[number];

const STEADY_MS = 300_000;
/** A minute for an hour: long against any wait, so that the queue is always in the hour's own balance. */
const DAY_MS = 24 * 60_000;
/** Place of the region that fails in the world: the Europe of most players. */
const FAILING_REGION = 4;

/** The scenarios; `ticketsPerSecond` and `durationMs` are what they have unless the command line says otherwise. */
export const SCENARIOS: Readonly<Record<ScenarioName, Scenario>> = {
  steady: usual('steady', 'The same stream of tickets for five minutes.', {}),
  'night-trough': usual('night-trough', 'A day of every region at its own hours, a minute each.', {
    ticketsPerSecond: 6,
    durationMs: DAY_MS,
    dayMs: DAY_MS,
  }),
  'region-outage': usual(
    'region-outage',
    'The largest European region fails at 150 s, for a minute.',
    {
      outages: [{ region: FAILING_REGION, fromMs: 150_000, untilMs: 210_000 }],
    },
  ),
  'five-stacks': usual('five-stacks', 'One ticket in five is a full team.', {
    population: {
      ...USUAL_POPULATION,
      partyShares: [
        { size: 1, share: 0.52 },
        { size: 2, share: 0.2 },
        { size: 3, share: 0.08 },
        { size: 5, share: 0.2 },
      ],
    },
  }),
  'bimodal-skill': usual('bimodal-skill', 'Beginners and veterans, and few in between.', {
    population: {
      ...USUAL_POPULATION,
      skill: [
        { share: 0.5, mean: 1_150, sd: 160 },
        { share: 0.5, mean: 1_850, sd: 160 },
      ],
    },
  }),
  smurfs: usual('smurfs', 'One ticket in fifty is a strong player on a new account.', {
    population: { ...USUAL_POPULATION, smurfShare: 0.02 },
  }),
};

function usual(
  name: ScenarioName,
  summary: string,
  differences: Partial<Omit<Scenario, 'name' | 'summary'>>,
): Scenario {
  return {
    name,
    summary,
    ticketsPerSecond: 20,
    durationMs: STEADY_MS,
    dayMs: null,
    population: USUAL_POPULATION,
    outages: [],
    ...differences,
  };
}
