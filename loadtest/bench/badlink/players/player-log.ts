/** Takes down what one player sees, frame by frame, from `start` to `stop`. */
export class PlayerLog {
  readonly movers: number;
  isOn = false;
  /** By the machine's clock, ms, one per frame. */
  frameMs: number[] = [];
  /** The moment that is drawn, by the room's clock, ms, one per frame. */
  playheadMs: number[] = [];
  /** [x, y, stamp of the newest sample] × movers, for each frame. */
  drawings: number[] = [];
  correctionsPx: number[] = [];
  eventsMs: number[] = [];
  /** When patches arrived, by the machine's clock, ms. */
  patchesMs: number[] = [];
  /** What he was told of his link's quality: the last of before, and each change. */
  levels: { readonly machineMs: number; readonly level: number }[] = [];
  resumedAfterMs: number | null = null;
  /** Machine's clock at a patch's arrival minus its stamp, the least so far, ms: the quickest way, and how far the clocks are apart. */
  quickestMs = Number.POSITIVE_INFINITY;

  constructor(movers: number) {
    this.movers = movers;
  }

  start(): void {
    this.isOn = true;
    this.frameMs = [];
    this.playheadMs = [];
    this.drawings = [];
    this.correctionsPx = [];
    this.eventsMs = [];
    this.patchesMs = [];
    this.levels = this.levels.slice(-1);
    this.resumedAfterMs = null;
  }

  arrived(atMs: number, stampMs: number): void {
    this.quickestMs = Math.min(this.quickestMs, atMs - stampMs);
    if (this.isOn) this.patchesMs.push(atMs);
  }

  frame(atMs: number, playheadMs: number): void {
    if (!this.isOn) return;
    this.frameMs.push(atMs);
    this.playheadMs.push(playheadMs);
  }

  drawn(index: number, x: number, y: number, newestMs: number): void {
    if (!this.isOn) return;
    const at = ((this.frameMs.length - 1) * this.movers + index) * 3;
    this.drawings[at] = x;
    this.drawings[at + 1] = y;
    this.drawings[at + 2] = newestMs;
  }

  rated(machineMs: number, level: number): void {
    if (this.levels.at(-1)?.level !== level) this.levels.push({ machineMs, level });
  }

  corrected(distancePx: number): void {
    if (this.isOn) this.correctionsPx.push(distancePx);
  }

  heard(afterMs: number): void {
    if (this.isOn) this.eventsMs.push(afterMs);
  }
}
