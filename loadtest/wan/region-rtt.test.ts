import { describe, expect, test } from 'vitest';
import { pickRegions, RTT_SOURCES, readRegionRtt } from './region-rtt.ts';

describe('the latency matrices', () => {
  test.each(RTT_SOURCES)('%s: symmetric within 5 ms, nearly nothing to oneself', (source) => {
    const { regions, rttMs } = readRegionRtt(source);
    expect(regions.length).toBeGreaterThanOrEqual(12);
    for (const [from, row] of rttMs.entries()) {
      expect(row[from]).toBeLessThan(1);
      for (const [to, ms] of row.entries()) {
        expect(Math.abs(ms - (rttMs[to]?.[from] ?? Number.NaN))).toBeLessThan(5);
      }
    }
  });

  test('some regions, in the order they are asked for', () => {
    const picked = pickRegions(readRegionRtt('aws'), ['eu-west-1', 'us-east-1']);
    expect(picked.regions).toEqual(['eu-west-1', 'us-east-1']);
    expect(picked.rttMs).toEqual([
      [0.1, 70.5],
      [70.5, 0.3],
    ]);
  });

  test('refuses a region that nobody measured', () => {
    expect(() => pickRegions(readRegionRtt('aws'), ['atlantis'])).toThrow('atlantis');
  });
});
