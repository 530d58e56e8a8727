import type { ArenaMap } from '../../shared/arena-map.ts';

/** A part of the town: one always knows which one this is, by its light and by the letters on its ground. */
export interface District {
  readonly name: string;
  /** Of its middle, in units. */
  readonly x: number;
  readonly y: number;
  readonly light: string;
  /** The light on its walls. */
  readonly strip: string;
}

/** Side of a district, in units. */
export const DISTRICT = 2_048;

const LIGHTS = [
  { light: '#0f7a80', strip: '#2fd4c4' },
  { light: '#2a63c9', strip: '#6ea8ff' },
  { light: '#5b2fa0', strip: '#a67bff' },
  { light: '#8a2f6e', strip: '#ff8ad0' },
] as const;

export function districtAt(x: number, y: number, map: ArenaMap): District {
  const column = indexOf(x, map.width);
  const row = indexOf(y, map.height);
  // No two neighbours are alike.
  const colours = LIGHTS[(column + row * 2) % LIGHTS.length] ?? LIGHTS[0];
  return {
    name: `${String.fromCharCode(65 + column)}${row + 1}`,
    x: (column + 0.5) * DISTRICT,
    y: (row + 0.5) * DISTRICT,
    ...colours,
  };
}

/** The district of a place and all around it. */
export function districtsNear(x: number, y: number, map: ArenaMap): readonly District[] {
  const districts = new Map<string, District>();
  for (const offsetX of [-DISTRICT, 0, DISTRICT]) {
    for (const offsetY of [-DISTRICT, 0, DISTRICT]) {
      const district = districtAt(x + offsetX, y + offsetY, map);
      districts.set(district.name, district);
    }
  }
  return [...districts.values()];
}

/** All districts of a town. */
export function districtsOf(map: ArenaMap): readonly District[] {
  const districts: District[] = [];
  for (let y = DISTRICT / 2; y < map.height; y += DISTRICT) {
    for (let x = DISTRICT / 2; x < map.width; x += DISTRICT) districts.push(districtAt(x, y, map));
  }
  return districts;
}

function indexOf(at: number, size: number): number {
  return Math.max(0, Math.min(Math.ceil(size / DISTRICT) - 1, Math.floor(at / DISTRICT)));
}
