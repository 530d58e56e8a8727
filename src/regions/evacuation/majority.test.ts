import { expect, test } from 'vitest';
import { heardForSafety, silentForDown } from './majority.ts';

test.each([3, 4, 5, 6, 7, 64])(
  '[EV-3] of %i regions, none is called down that enough of the others hear, and none is stuck between the two',
  (regions) => {
    const others = regions - 1;
    for (let heard = 0; heard <= others; heard++) {
      const mayBeDown = others - heard >= silentForDown(regions);
      const isSafe = heard >= heardForSafety(regions);
      expect(mayBeDown).toBe(!isSafe);
    }
    expect(silentForDown(regions)).toBeGreaterThan(others / 2);
  },
);
