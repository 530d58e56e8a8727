import type { RoomStats } from '@meridian/client';
import { byId, setText } from './dom.ts';

/** What the network does, for those who want to know: ping, jitter, predictions, bytes, frames. */
export class NetworkPanel {
  readonly #panel = byId('network');
  readonly #button = byId('button-network');
  #stats: RoomStats | null = null;
  #frames = 0;
  #framesSinceMs = 0;
  #fps = 0;

  toggle(): void {
    this.#panel.hidden = !this.#panel.hidden;
    this.#button.setAttribute('aria-pressed', String(!this.#panel.hidden));
  }

  take(stats: RoomStats): void {
    this.#stats = stats;
  }

  get latest(): RoomStats | null {
    return this.#stats;
  }

  update(nowMs: number, extra: { readonly delayMs: number; readonly renderer: string }): void {
    this.#frames += 1;
    const elapsedMs = nowMs - this.#framesSinceMs;
    if (elapsedMs < 500) return;
    this.#fps = Math.round((this.#frames * 1_000) / elapsedMs);
    this.#frames = 0;
    this.#framesSinceMs = nowMs;
    if (this.#panel.hidden) return;
    const stats = this.#stats;
    const lines = [
      ['ping', stats?.rttMs == null ? '–' : `${Math.round(stats.rttMs)} ms`],
      ['jitter', stats === null ? '–' : `${stats.jitterMs.toFixed(1)} ms`],
      ['others drawn', `${Math.round(extra.delayMs)} ms ago`],
      [
        'corrections',
        `${stats?.corrections ?? 0} /s, ≤ ${(stats?.largestCorrection ?? 0).toFixed(1)} u`,
      ],
      ['mispredicted', `${((stats?.predictionLossRatio ?? 0) * 100).toFixed(1)} %`],
      ['in', `${((stats?.bytesInPerSecond ?? 0) / 1_000).toFixed(1)} kB/s`],
      ['out', `${((stats?.bytesOutPerSecond ?? 0) / 1_000).toFixed(1)} kB/s`],
      ['frames', `${this.#fps} /s (${extra.renderer})`],
    ] as const;
    setText(this.#panel, lines.map(([name, value]) => `${name.padEnd(13)}${value}`).join('\n'));
  }
}
