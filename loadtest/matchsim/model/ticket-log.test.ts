import { describe, expect, test } from 'vitest';
import { drawArrivals } from './arrivals.ts';
import { SCENARIOS } from './scenario.ts';
import { parseTicketLog, writeTicketLog } from './ticket-log.ts';
import { readWorld } from './world.ts';

const HEADER =
  '{"kind":"header","version":1,"name":"evening","regions":["a","b"],"durationMs":1000,"outages":[]}';
const TICKET =
  '{"kind":"ticket","id":"t1","arrivedAtMs":5,"members":[{"rating":1500,"latencyMs":[20,40]}]}';

describe('a ticket log', () => {
  test('replays exactly what was recorded', () => {
    const world = readWorld('aws');
    const scenario = { ...SCENARIOS['region-outage'], durationMs: 2_000 };
    const log = {
      name: scenario.name,
      regions: world.regions,
      durationMs: scenario.durationMs,
      outages: scenario.outages,
      tickets: drawArrivals(world, scenario, 5),
    };
    expect(parseTicketLog(writeTicketLog(log))).toEqual(log);
  });

  test('of a server knows no skill but the rating', () => {
    const { tickets } = parseTicketLog(`${HEADER}\n${TICKET}\n`);
    expect(tickets).toMatchObject([{ rating: 1_500, members: [{ skill: 1_500 }] }]);
  });

  test('is sorted by arrival', () => {
    const earlier = TICKET.replace('t1', 't0').replace('"arrivedAtMs":5', '"arrivedAtMs":1');
    const { tickets } = parseTicketLog([HEADER, TICKET, earlier].join('\n'));
    expect(tickets.map(({ id }) => id)).toEqual(['t0', 't1']);
  });

  test.each([
    ['nothing', '', 'line 1'],
    ['no header', TICKET, 'line 1'],
    [
      'an outage of no region',
      HEADER.replace('[]', '[{"region":2,"fromMs":0,"untilMs":1}]'),
      'line 1: outages',
    ],
    ['half a line', `${HEADER}\n${TICKET.slice(0, 30)}`, 'line 2: is not JSON'],
    ['an unknown field', `${HEADER}\n${TICKET.replace('"id"', '"extra":1,"id"')}`, 'line 2'],
    ['a latency too few', `${HEADER}\n${TICKET.replace('[20,40]', '[20]')}`, 'needs 2 latencies'],
    ['the same ticket twice', `${HEADER}\n${TICKET}\n${TICKET}`, 'a ticket is there twice'],
    ['a rating that is none', `${HEADER}\n${TICKET.replace('1500', '"NaN"')}`, 'line 2'],
  ])('with %s is refused', (_what, text, reason) => {
    expect(() => parseTicketLog(text)).toThrow(reason);
  });
});
