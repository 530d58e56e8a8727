/** An `idle` of Colyseus' `defineInput` that the room base knows: it says what to do, and the room knows when. */
export interface RepeatLast {
  (): true;
  readonly repeatSteps: number;
}

/**
 * For `defineInput(type, { idle: repeatLast(3) })`: a player whose input is late goes on with the last one for that many steps, and
 * is then neutral (every field at its default). The step so gets an input always, as with any `idle` of Colyseus.
 *
 * Late inputs that a repeated one stood in for are acknowledged and not applied: nobody moves twice. So a press and its release, both
 * late, may never have happened; without `repeatLast` the player stands still for a moment instead, and every input counts.
 *
 * @param steps - fixed steps, at least 1
 */
export function repeatLast(steps: number): RepeatLast {
  if (!Number.isInteger(steps) || steps < 1) {
    throw new RangeError(`repeatLast wants a whole number of steps, at least 1, not ${steps}.`);
  }
  const neutral = (): true => true;
  return Object.assign(neutral, { repeatSteps: steps });
}

/** How many steps `idle`, an option of `defineInput`, repeats the last input for; 0 when it is one of Colyseus' own. */
export function repeatedStepsOf(idle: unknown): number {
  return typeof idle === 'function' ? ((idle as Partial<RepeatLast>).repeatSteps ?? 0) : 0;
}
