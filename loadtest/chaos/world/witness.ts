import { appendFileSync, readFileSync } from 'node:fs';
import { z } from 'zod';

// What rooms themselves write down, a JSON line each, into one file of all nodes: whatever becomes of the ways to them, of their Redis
// and of their process, it stays. Moments are of the machine's clock.

const Step = z.object({
  kind: z.literal('step'),
  roomId: z.string(),
  pid: z.number(),
  /** How often the room had been brought back. */
  life: z.number(),
  tick: z.number(),
  atMs: z.number(),
});
const Made = z.object({
  kind: z.literal('made'),
  roomId: z.string(),
  matchId: z.string(),
  regionId: z.string(),
  playerIds: z.array(z.string()),
  atMs: z.number(),
});
const Seated = z.object({
  kind: z.literal('seated'),
  roomId: z.string(),
  matchId: z.string(),
  playerId: z.string(),
  atMs: z.number(),
});
const WitnessLine = z.discriminatedUnion('kind', [Step, Made, Seated]);

/** A step that a process made of a room. */
export type WitnessedStep = Readonly<z.infer<typeof Step>>;
/** A room that was made for a match. */
export type MadeRoom = Readonly<z.infer<typeof Made>>;
/** A player who took his seat in the room of a match. */
export type TakenSeat = Readonly<z.infer<typeof Seated>>;
export type WitnessLine = Readonly<z.infer<typeof WitnessLine>>;

/** Everything that was written down, in the order of writing. */
export interface Testimony {
  readonly steps: readonly WitnessedStep[];
  readonly made: readonly MadeRoom[];
  readonly seated: readonly TakenSeat[];
}

/**
 * @param path - file that all nodes add to; absent: nothing is written
 * @returns writes a line at once: a process that is killed in the next moment has written it
 */
export function openWitness(path: string | undefined): ((line: WitnessLine) => void) | null {
  if (path === undefined) return null;
  return (line) => appendFileSync(path, `${JSON.stringify(line)}\n`);
}

/** @throws {z.ZodError} for a line that no witness writes */
export function readWitness(path: string): Testimony {
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => WitnessLine.parse(JSON.parse(line)));
  return {
    steps: lines.filter((line) => line.kind === 'step'),
    made: lines.filter((line) => line.kind === 'made'),
    seated: lines.filter((line) => line.kind === 'seated'),
  };
}
