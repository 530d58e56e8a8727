import type { RoomStats } from '@meridian/client';
import { byId, setText } from './dom.ts';

/** How much of the arena this link carries, by level. */
const LEVEL_WORDS = ['all of it', 'level 1', 'level 2', 'level 3', 'the least'] as const;

/** What the network does, for those who want to know: ping, jitter, what is drawn, predictions, bytes, frames. */
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
      ['ping', pingWords(stats)],
      ['jitter', stats === null ? '–' : `${stats.jitterMs.toFixed(1)} ms`],
      ['others drawn', `${Math.round(extra.delayMs)} ms ago`],
      ['stood still', `${Math.round(stats?.stalledMs ?? 0)} ms /s`],
      ['quality', LEVEL_WORDS[stats?.level ?? 0]],
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

function pingWords(stats: RoomStats | null): string {
  if (stats === null || stats.rttMs === null) return '–';
  const { rttMs, rttP95Ms } = stats;
  const slow = rttP95Ms === null ? '' : `, 95% ≤ ${Math.round(rttP95Ms)}`;
  return `${Math.round(rttMs)} ms${slow}`;
}
