import { expect, test } from 'vitest';
import type { QualityLevel } from '../protocol/quality.ts';
import { surveyLinks } from './survey-links.ts';

const client = (p50Ms: number, qualityLevel: QualityLevel, sentBytesPerSecond: number | null) => ({
  ...{ rtt: { p50Ms, minMs: 1 }, qualityLevel, sentBytesPerSecond },
});

test('[TM-9] links by name of the room, of those who have been measured', () => {
  const arena = Array.from({ length: 20 }, (_, i) => client(10 * (i + 1), i < 18 ? 0 : 3, 100));
  const rooms = [
    { roomName: 'arena', clients: arena.slice(0, 5) },
    { roomName: 'duel', clients: [{ rtt: null }, {}] },
    { roomName: 'arena', clients: [...arena.slice(5), { rtt: null }] },
    { roomName: 'field', clients: [client(7, 1, null)] },
  ];
  expect(surveyLinks(rooms)).toEqual([
    {
      ...{ roomName: 'arena', players: 20, rttP50Ms: 100, rttP95Ms: 190 },
      ...{ levels: [18, 0, 0, 2, 0], sentBytesPerSecond: 2_000 },
    },
    {
      ...{ roomName: 'field', players: 1, rttP50Ms: 7, rttP95Ms: 7 },
      ...{ levels: [0, 1, 0, 0, 0], sentBytesPerSecond: 0 },
    },
  ]);
});
