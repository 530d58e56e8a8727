import {
  latencyFigures,
  PROBE_PINGS,
  type ProbeCertificate,
  type ProbeEcho,
  type ProbeReply,
} from '../../src/protocol/index.ts';
import { dropSocket, type TextSocket } from './text-socket.ts';

// One region's probe. The region sends a nonce, we repeat it at once, and the time to the next nonce is our round trip; the
// region takes its own on the same frames (src/protocol/regions.ts has the talk).

export interface RegionProbeDependencies {
  /** May throw, as browsers do for `ws:` on an `https:` page. */
  readonly openSocket: (url: string) => TextSocket;
  /** Monotonic, ms. */
  readonly nowMs: () => number;
}

export interface ProbeResult {
  /** Fastest round trip, ms. */
  readonly rttMs: number;
  /** 90th percentile less the fastest, ms. */
  readonly jitterMs: number;
  /** Share of pings without an answer within 400 ms, 0–1. */
  readonly lossRatio: number;
  /** Null when the region did not give one, for an access token it refuses or because time was up. */
  readonly certificate: ProbeCertificate | null;
}

/** Time until the socket is open; set-up does not count as latency. */
const CONNECT_TIMEOUT_MS = 1_500;
/** A ping without an answer for this long is lost. (TCP brings it later; nobody could play with it.) */
const PING_TIMEOUT_MS = 400;
/** All pings of an open socket. */
const PROBE_TIMEOUT_MS = 1_500;

/**
 * Measures the way to one region: five round trips on one open socket.
 *
 * @returns null when the region was not reached, or answered no ping in time; never rejects
 */
export function probeRegion(
  target: { readonly probeUrl: string; readonly accessToken: string | null },
  deps: RegionProbeDependencies,
): Promise<ProbeResult | null> {
  return new Promise((resolve) => {
    new RegionProbe(target.accessToken, deps, resolve).start(target.probeUrl);
  });
}

class RegionProbe {
  readonly #deps: RegionProbeDependencies;
  readonly #resolve: (result: ProbeResult | null) => void;
  readonly #rttsMs: number[] = [];
  readonly #accessToken: string | null;
  #socket: TextSocket | null = null;
  #deadline: ReturnType<typeof setTimeout> | undefined;
  #pings = 0;
  #lost = 0;
  /** Of the ping that is under way; null: there is none. */
  #sentAtMs: number | null = null;

  constructor(
    accessToken: string | null,
    deps: RegionProbeDependencies,
    resolve: (result: ProbeResult | null) => void,
  ) {
    this.#accessToken = accessToken;
    this.#deps = deps;
    this.#resolve = resolve;
  }

  start(url: string): void {
    this.#deadline = setTimeout(() => this.#finish(null), CONNECT_TIMEOUT_MS);
    try {
      this.#socket = this.#deps.openSocket(url);
    } catch {
      // No such scheme here, or mixed content: as good as out of reach.
      this.#finish(null);
      return;
    }
    this.#socket.onopen = () => {
      clearTimeout(this.#deadline);
      this.#deadline = setTimeout(() => this.#finish(null), PROBE_TIMEOUT_MS);
    };
    this.#socket.onmessage = ({ data }) => this.#hear(data, this.#deps.nowMs());
    this.#socket.onerror = () => this.#finish(null);
    this.#socket.onclose = () => this.#finish(null);
  }

  #hear(data: unknown, atMs: number): void {
    const reply = readReply(data);
    if (reply !== null && 'nonce' in reply) {
      // First the echo, then the sums: the region waits.
      const sentAtMs = this.#sentAtMs;
      this.#sentAtMs = null;
      if (this.#pings < PROBE_PINGS) this.#echo(reply.nonce);
      if (sentAtMs !== null) this.#answered(atMs - sentAtMs);
      return;
    }
    this.#finish(reply !== null && 'certificate' in reply ? reply.certificate : null);
  }

  #echo(nonce: string): void {
    const isFirst = this.#pings === 0;
    const echo: ProbeEcho =
      isFirst && this.#accessToken !== null ? { nonce, accessToken: this.#accessToken } : { nonce };
    this.#pings += 1;
    this.#sentAtMs = this.#deps.nowMs();
    this.#socket?.send(JSON.stringify(echo));
  }

  #answered(rttMs: number): void {
    if (rttMs > PING_TIMEOUT_MS) this.#lost += 1;
    else this.#rttsMs.push(rttMs);
  }

  #finish(certificate: ProbeCertificate | null): void {
    clearTimeout(this.#deadline);
    if (this.#socket !== null) dropSocket(this.#socket);
    // Under way for too long already; a younger one may have been answered in time.
    if (this.#sentAtMs !== null) {
      if (this.#deps.nowMs() - this.#sentAtMs > PING_TIMEOUT_MS) this.#lost += 1;
    }
    const figures = latencyFigures(this.#rttsMs);
    const lossRatio = this.#lost / Math.max(1, this.#rttsMs.length + this.#lost);
    this.#resolve(figures === null ? null : { ...figures, lossRatio, certificate });
  }
}

/** @returns null for what no region says */
function readReply(data: unknown): ProbeReply | null {
  if (typeof data !== 'string') return null;
  try {
    const reply: unknown = JSON.parse(data);
    return typeof reply === 'object' && reply !== null ? (reply as ProbeReply) : null;
  } catch {
    // Not ours: the probe ends with what it has.
    return null;
  }
}
