import { describe, expect, test } from 'vitest';
import { valueAt } from './expansion.ts';
import {
  actionRules,
  candidatesOf,
  parseRuleSet,
  RuleSetError,
  turnBasedRules,
} from './rule-set.ts';

const teams = { count: 2, playersPerTeam: 5 };
const latency = { capMs: { value: 80 } };

function problemsOf(input: unknown): readonly string[] {
  try {
    parseRuleSet(input);
  } catch (error) {
    if (error instanceof RuleSetError) return error.problems;
    throw error;
  }
  return [];
}

describe('[MM-3] a rule set', () => {
  test('needs teams and a latency cap, the rest has defaults', () => {
    const rules = parseRuleSet({ teams, latency });
    expect(rules.quality).toBe('balanced');
    expect(rules.timeouts).toEqual({ offerBotsAfterS: 60, timeoutS: 120 });
    expect(rules.backfill).toEqual({ isEnabled: true, firstAfterSeconds: 5 });
    expect(rules.latency).toEqual({
      capMs: { value: 80, expansions: [] },
      slackMs: 10,
      ceilingMs: 250,
    });
    expect(candidatesOf(rules)).toBe(20);
    expect(candidatesOf(parseRuleSet({ teams: { count: 2, playersPerTeam: 8 }, latency }))).toBe(
      24,
    );
  });

  test.each<[string, unknown, string]>([
    ['one team', { teams: { ...teams, count: 1 }, latency }, 'teams.count'],
    ['too large a match', { teams: { count: 5, playersPerTeam: 5 }, latency }, 'teams.count'],
    [
      'half a player',
      { teams: { ...teams, playersPerTeam: 2.5 }, latency },
      'teams.playersPerTeam',
    ],
    [
      'roles that are not a team',
      { teams: { ...teams, roles: { tank: 2, healer: 2 } }, latency },
      'teams.roles: add up to 4, but must to playersPerTeam, 5',
    ],
    [
      'a cap that is not a number',
      { teams, latency: { capMs: { value: Number.NaN } } },
      'latency.capMs.value',
    ],
    [
      'a cap that narrows',
      { teams, latency: { capMs: { value: 80, expansions: [{ waitTimeSeconds: 5, value: 60 }] } } },
      'latency.capMs.expansions.0.value: must not be below the 80',
    ],
    [
      'expansions out of order',
      {
        teams,
        latency: {
          capMs: {
            value: 80,
            expansions: [
              { waitTimeSeconds: 5, value: 90 },
              { waitTimeSeconds: 5, value: 100 },
            ],
          },
        },
      },
      'latency.capMs.expansions.1.waitTimeSeconds: must be later',
    ],
    [
      'a cap beyond use',
      { teams, latency: { capMs: { value: 5_000 } } },
      'latency.capMs: must not be above 1000',
    ],
    ['no such quality', { teams, latency, quality: 'best' }, 'quality: must be "strict"'],
    ['a slider out of range', { teams, latency, quality: 2 }, 'quality: Too big'],
    [
      'bots too late',
      { teams, latency, timeouts: { offerBotsAfterS: 90, timeoutS: 60 } },
      'timeouts.offerBotsAfterS: must not be above timeoutS',
    ],
    [
      'too few candidates',
      { teams, latency, search: { candidates: 5 } },
      'search.candidates: must be at least',
    ],
    ['a negative weight', { teams, latency, weights: { spread: -1 } }, 'weights.spread'],
    ['an unknown field', { teams, latency, color: 'red' }, 'color'],
    ['nothing at all', undefined, 'expected object'],
  ])('is refused with %s, and the field is named', (_, input, problem) => {
    expect(problemsOf(input).join('\n')).toContain(problem);
  });

  test('with several mistakes is told all of them', () => {
    const input = {
      teams: { ...teams, count: 0 },
      latency: { ...latency, ceilingMs: 0 },
      quality: 7,
    };
    expect(problemsOf(input)).toHaveLength(3);
    expect(() => parseRuleSet(input)).toThrow(/3 problem\(s\)/);
  });

  test('for action begins at 80 ms, for turns at 180, and both widen', () => {
    const caps = [actionRules(teams), turnBasedRules(teams)].map((rules) =>
      [0, 8_000, 9_000, 600_000].map((waitMs) => valueAt(rules.latency.capMs, waitMs)),
    );
    expect(caps).toEqual([
      [80, 80, 86, 250],
      [180, 180, 186, 400],
    ]);
  });
});
