import { histogramQuantile, parsePrometheus, type Samples, sumOf } from './prometheus.ts';

/** How the server fared in the last second, as its own metrics tell; null: not told. */
export interface ServerSecond {
  readonly tickP95Ms: number | null;
  readonly cpuPercent: number | null;
  readonly rssBytes: number | null;
  readonly rooms: number | null;
  readonly clients: number | null;
  readonly resyncs: number | null;
}

const UNKNOWN: ServerSecond = {
  tickP95Ms: null,
  cpuPercent: null,
  rssBytes: null,
  rooms: null,
  clients: null,
  resyncs: null,
};
const PATIENCE_MS = 900;

/** Reads a server's `/metrics` and tells what changed since the last reading. */
export class ServerWatch {
  readonly #url: URL | null;
  #last: { readonly samples: Samples; readonly atMs: number } | null = null;

  /** @param url - null watches nothing */
  constructor(url: URL | null) {
    this.#url = url;
  }

  async look(): Promise<ServerSecond> {
    if (this.#url === null) return UNKNOWN;
    let text: string;
    try {
      const response = await fetch(this.#url, { signal: AbortSignal.timeout(PATIENCE_MS) });
      text = await response.text();
    } catch {
      // A server at its limit may not answer in time; the gap in the plot says so.
      return UNKNOWN;
    }
    const samples = parsePrometheus(text);
    const atMs = performance.now();
    const last = this.#last;
    this.#last = { samples, atMs };
    const tickP95Seconds =
      last && histogramQuantile(last.samples, samples, 'meridian_tick_duration_seconds', 0.95);
    return {
      tickP95Ms: tickP95Seconds === null ? null : round(tickP95Seconds * 1_000),
      cpuPercent: last && cpuPercentBetween(last, { samples, atMs }),
      rssBytes: sumOf(samples, 'process_resident_memory_bytes'),
      rooms: sumOf(samples, 'meridian_rooms'),
      clients: sumOf(samples, 'meridian_clients'),
      resyncs: sumOf(samples, 'meridian_resyncs_total'),
    };
  }
}

function cpuPercentBetween(
  before: { readonly samples: Samples; readonly atMs: number },
  after: { readonly samples: Samples; readonly atMs: number },
): number | null {
  const from = sumOf(before.samples, 'process_cpu_seconds_total');
  const to = sumOf(after.samples, 'process_cpu_seconds_total');
  if (from === null || to === null) return null;
  return round(((to - from) / ((after.atMs - before.atMs) / 1_000)) * 100);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
