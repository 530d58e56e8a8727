import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buddyOf } from './buddy.ts';
import type { RegionCatalogue, RegionInfo } from './region-catalogue.ts';

function region(regionId: string, latitude: number, longitude: number): RegionInfo {
  const position = { latitude, longitude };
  return { regionId, name: regionId, url: null, probeUrl: null, position, priceClass: 0 };
}

const catalogue = (...regions: readonly RegionInfo[]): RegionCatalogue => ({
  ownRegionId: regions[0]?.regionId ?? '',
  regions,
});

test('[EV-2] the buddy is the nearest other region, the short way round the earth', () => {
  const fiji = region('fiji', -17, 178);
  const samoa = region('samoa', -13, -172);
  const brisbane = region('brisbane', -27, 153);
  const all = catalogue(brisbane, fiji, samoa);
  expect(buddyOf(all, 'fiji')?.regionId).toBe('samoa');
  expect(buddyOf(all, 'samoa')?.regionId).toBe('fiji');
  expect(buddyOf(all, 'brisbane')?.regionId).toBe('fiji');
});

test('[EV-2] there is none for a region that is not among them, and none among two', () => {
  const [a, b, c] = [region('a', 0, 0), region('b', 0, 1), region('c', 0, 2)];
  expect(buddyOf(catalogue(a, b, c), 'd')).toBeNull();
  expect(buddyOf(catalogue(a, b), 'a')).toBeNull();
});

test('[EV-2] the order of the catalogue makes no difference, and nobody is his own buddy', () => {
  const places = fc.uniqueArray(
    fc.record({
      id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
      // Few places: several regions are often equally near.
      latitude: fc.constantFrom(-90, 0, 50),
      longitude: fc.constantFrom(-180, 0, 180),
    }),
    { minLength: 3, selector: ({ id }) => id },
  );
  fc.assert(
    fc.property(places, (entries) => {
      const regions = entries.map(({ id, latitude, longitude }) => region(id, latitude, longitude));
      for (const { regionId } of regions) {
        const buddy = buddyOf(catalogue(...regions), regionId);
        expect(buddy?.regionId).not.toBe(regionId);
        expect(buddyOf(catalogue(...regions.toReversed()), regionId)).toBe(buddy);
      }
    }),
  );
});
