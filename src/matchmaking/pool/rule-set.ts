import { z } from 'zod';
import { expandingSchema } from './expansion.ts';
import { problemsOf } from './problems.ts';

// A queue's rules, as data: what a match is, what a ticket accepts, and how that widens while it waits. The terms are those of
// managed matchmakers (teams, latency rule, expansions, backfill); an expansion replaces the value before it.

/** The search holds a match and its candidates in the bits of one number. */
export const LARGEST_MATCH = 24;
const MOST_CANDIDATES = 30;
const MAX_ROLES = 16;

const RoleName = z.string().min(1).max(128);

const Teams = z
  .strictObject({
    /** Teams of a match. */
    count: z.int().min(2).max(LARGEST_MATCH),
    /** Places of each team; all of them are filled. */
    playersPerTeam: z.int().min(1).max(LARGEST_MATCH),
    /** Roles of a team and how many of it play each. Absent: anybody plays anything. */
    roles: z.record(RoleName, z.int().min(1)).exactOptional(),
  })
  .superRefine(({ count, playersPerTeam, roles }, context) => {
    const refuse = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (count * playersPerTeam > LARGEST_MATCH) {
      refuse('count', `times playersPerTeam must be at most ${LARGEST_MATCH}`);
    }
    if (roles === undefined) return;
    const places = Object.values(roles).reduce((sum, players) => sum + players, 0);
    if (places !== playersPerTeam) {
      refuse('roles', `add up to ${places}, but must to playersPerTeam, ${playersPerTeam}`);
    }
    if (Object.keys(roles).length > MAX_ROLES) refuse('roles', `must be at most ${MAX_ROLES}`);
  });

const Latency = z.strictObject({
  /** Round trip that a party's worst player may have to the region of the match, ms. */
  capMs: expandingSchema(z.number().positive()).refine(...atMost(1_000)),
  /**
   * A party that lives far from all regions may use those that are at most so much slower than its best one, even above the cap,
   * ms: it would wait for nothing else.
   */
  slackMs: z.number().min(0).max(1_000).default(10),
  /** Above this no party ever plays, ms, near to a region or not. */
  ceilingMs: z.number().positive().max(2_000).default(250),
});

const Search = z.strictObject({
  /**
   * Tickets nearest in skill that a match is made from. More: better matches, more CPU. Absent: 20, or for large matches as many as
   * it takes.
   */
  candidates: z.int().min(1).max(MOST_CANDIDATES).exactOptional(),
  /** Distance in skill between the ticket a match is made around and the others, rating points. */
  skillDistance: expandingSchema(z.number().positive()).default({
    value: 600,
    expansions: [
      { waitTimeSeconds: 10, value: 1_000 },
      { waitTimeSeconds: 20, value: 2_000 },
    ],
  }),
  /** Regions that are tried for a ticket, its nearest first. */
  regionsTried: expandingSchema(z.int().min(1).max(64)).default({
    value: 1,
    expansions: [
      { waitTimeSeconds: 3, value: 2 },
      { waitTimeSeconds: 8, value: 3 },
    ],
  }),
});

/** What a match costs, in points; the cheaper of two is made. */
const Weights = z.strictObject({
  /** Per rating point between the means of the strongest and the weakest team. */
  teamGap: z.number().min(0).default(2.5),
  /** Per rating point between the strongest and the weakest party. Raise to 1 for ranked modes. */
  spread: z.number().min(0).default(0.5),
  /** Per ms of the worst latency above `latencyFreeMs`. */
  latency: z.number().min(0).default(1.2),
  /** Latency nobody notices, ms. */
  latencyFreeMs: z.number().min(0).default(60),
});

const Quality = z.union(
  [z.enum(['strict', 'balanced', 'fast']), z.number().min(0).max(1)],
  'must be "strict", "balanced", "fast", or a number from 0 (strict) to 1 (fast)',
);

const Backfill = z.strictObject({
  /** Whether running rooms may ask for players. */
  isEnabled: z.boolean().default(true),
  /** Age from which a room that lacks players goes before new matches, s. */
  firstAfterSeconds: z.number().min(0).max(3_600).default(5),
});

const Timeouts = z
  .strictObject({
    /** Wait after which a player is offered a match with bots, s. */
    offerBotsAfterS: z.number().positive().max(3_600).default(60),
    /** Wait after which a ticket ends, with the reason and its best offer, s. */
    timeoutS: z.number().positive().max(3_600).default(120),
  })
  .refine(({ offerBotsAfterS, timeoutS }) => offerBotsAfterS <= timeoutS, {
    path: ['offerBotsAfterS'],
    message: 'must not be above timeoutS, or nobody is ever offered bots',
  });

export const RuleSetSchema = z
  .strictObject({
    teams: Teams,
    latency: Latency,
    search: Search.prefault({}),
    weights: Weights.prefault({}),
    /** The slider between good matches and short waits. */
    quality: Quality.default('balanced'),
    backfill: Backfill.prefault({}),
    timeouts: Timeouts.prefault({}),
  })
  .refine(({ search, teams }) => (search.candidates ?? MOST_CANDIDATES) >= playersOf(teams) - 1, {
    path: ['search', 'candidates'],
    message: 'must be at least the players of a match less one, or single players never fill one',
  });

/** A queue's rules with all defaults filled in. */
export type RuleSet = z.output<typeof RuleSetSchema>;
/** A queue's rules as they are written: what has a default may be left out. */
export type RuleSetInput = z.input<typeof RuleSetSchema>;

/** A rule set is wrong. `problems` names every field, and what it wants. */
export class RuleSetError extends Error {
  override readonly name = 'RuleSetError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The rule set has ${problems.length} problem(s):\n  ${problems.join('\n  ')}`);
    this.problems = problems;
  }
}

/** @throws {RuleSetError} with every problem at once; unknown fields are problems */
export function parseRuleSet(input: unknown): RuleSet {
  const parsed = RuleSetSchema.safeParse(input);
  if (!parsed.success) throw new RuleSetError(problemsOf(parsed.error));
  return parsed.data;
}

/** Players of a match. */
export function playersOf({
  count,
  playersPerTeam,
}: {
  readonly count: number;
  readonly playersPerTeam: number;
}): number {
  return count * playersPerTeam;
}

/** Tickets nearest in skill that a match is made from. */
export function candidatesOf({ search, teams }: RuleSet): number {
  return (
    search.candidates ?? Math.min(MOST_CANDIDATES, Math.max(20, Math.ceil(1.5 * playersOf(teams))))
  );
}

/** Rules for games of reaction: 80 ms at first, 250 at last. */
export function actionRules(teams: RuleSetInput['teams']): RuleSet {
  return parseRuleSet({ teams, latency: { capMs: widening(80, 250) } });
}

/** Rules for games of turns: 180 ms at first, 400 at last. */
export function turnBasedRules(teams: RuleSetInput['teams']): RuleSet {
  return parseRuleSet({
    teams,
    latency: { capMs: widening(180, 400), ceilingMs: 400 },
    weights: { latencyFreeMs: 150 },
  });
}

/** 6 ms more for each second from the ninth on. */
function widening(value: number, last: number) {
  const steps = Math.ceil((last - value) / 6);
  return {
    value,
    expansions: Array.from({ length: steps }, (_, index) => ({
      waitTimeSeconds: 9 + index,
      value: Math.min(last, value + 6 * (index + 1)),
    })),
  };
}

function atMost(limit: number) {
  return [
    ({ value, expansions }: { value: number; expansions: { value: number }[] }) =>
      Math.max(value, ...expansions.map((step) => step.value)) <= limit,
    `must not be above ${limit}`,
  ] as const;
}
