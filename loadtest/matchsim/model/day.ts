/**
 * How much is played at each full hour of local time, 1 being the busiest. Synthetic: the usual shape of an evening
 * pastime, deepest before dawn; not anybody's measurement.
 */
const HOURLY = [
  0.7, 0.5, 0.34, 0.22, 0.15, 0.12, 0.13, 0.18, 0.25, 0.32, 0.39, 0.45, 0.52, 0.56, 0.6, 0.66, 0.74,
  0.82, 0.9, 0.96, 1, 1, 0.96, 0.85,
] as const;
const HOURS = HOURLY.length;

/** Activity at an hour of local time, between the hours in a straight line; 1 at its highest. */
export function activityAt(localHour: number): number {
  const hour = ((localHour % HOURS) + HOURS) % HOURS;
  const before = Math.floor(hour);
  const [from, to] = [HOURLY[before % HOURS] as number, HOURLY[(before + 1) % HOURS] as number];
  return from + (to - from) * (hour - before);
}

/** Mean of a whole day. */
export const MEAN_ACTIVITY = HOURLY.reduce<number>((sum, value) => sum + value, 0) / HOURS;
