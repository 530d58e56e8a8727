import type { GeoPosition } from '../../protocol/regions.ts';

/** In units of the map's view box. */
export interface MapPoint {
  readonly x: number;
  readonly y: number;
}

/** Miller's cylindrical projection (1942) from the Arctic coast to Cape Horn, cut where the Pacific is widest. */
const WEST = -169;
const NORTH = 76;
const SOUTH = -56;
export const MAP_WIDTH = 1_000;
const UNITS_PER_RADIAN = MAP_WIDTH / (2 * Math.PI);
const TOP = millerY(NORTH);
export const MAP_HEIGHT = Math.round((TOP - millerY(SOUTH)) * UNITS_PER_RADIAN);

export function project({ longitude, latitude }: GeoPosition): MapPoint {
  const east = (longitude - WEST + 720) % 360;
  return { x: (east / 360) * MAP_WIDTH, y: (TOP - millerY(latitude)) * UNITS_PER_RADIAN };
}

/** The place on earth of a point of the map. */
export function unproject({ x, y }: MapPoint): GeoPosition {
  const longitude = ((WEST + (x / MAP_WIDTH) * 360 + 540) % 360) - 180;
  const mercator = (TOP - y / UNITS_PER_RADIAN) / 1.25;
  const latitude = toDegrees((Math.atan(Math.exp(mercator)) - Math.PI / 4) / 0.4);
  return { longitude, latitude };
}

function millerY(latitude: number): number {
  return 1.25 * Math.log(Math.tan(Math.PI / 4 + 0.4 * toRadians(latitude)));
}

function toRadians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}

function toDegrees(radians: number): number {
  return (radians * 180) / Math.PI;
}
