/** What adds nodes to a region when it is told to, and takes them away again. Both may be asked twice for one incident. */
export interface Autoscaler {
  /** @returns what was done, for people @throws when there are as many as there may be */
  raise(incidentId: string): Promise<string>;
  /** Undoes `raise`, unless somebody has changed it since. @returns what was done, for people */
  lower(incidentId: string): Promise<string>;
}

/** The figures of an autoscaler, and for which incident its least was raised. */
export interface Replicas {
  readonly least: number;
  readonly most: number;
  readonly current: number;
  /** Null: for none. */
  readonly raised: {
    readonly incidentId: string;
    readonly from: number;
    readonly to: number;
  } | null;
}

/** What one alert is worth: as many as the autoscaler's own target leaves free when a quarter more players come. */
const STEP_RATIO = 0.25;

/**
 * The least number of replicas for an incident: a quarter more than run, at least one.
 *
 * @returns the new least; or why it stays: it is raised for this incident already, or for another, or as high as it may be
 */
export function planRaise(
  { least, most, current, raised }: Replicas,
  incidentId: string,
): number | 'already-raised' | 'raised-for-another' | 'at-most' {
  if (raised !== null) {
    return raised.incidentId === incidentId ? 'already-raised' : 'raised-for-another';
  }
  const running = Math.max(least, current);
  const wanted = Math.min(most, running + Math.max(1, Math.ceil(running * STEP_RATIO)));
  return wanted > least ? wanted : 'at-most';
}

/** @returns the least number to go back to; null: it was not raised for this incident, or somebody has changed it since */
export function planLower({ least, raised }: Replicas, incidentId: string): number | null {
  const isOurs = raised?.incidentId === incidentId && raised.to === least;
  return isOurs ? raised.from : null;
}
