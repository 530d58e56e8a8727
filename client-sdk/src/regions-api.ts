import {
  API_PREFIX,
  PROBE_PATH,
  type RegionList,
  type RegionListing,
} from '../../src/protocol/index.ts';
import { isPageHidden, listenToConnection, listenToHost } from './host.ts';
import type { HttpJson } from './http-json.ts';
import { Listeners } from './listeners.ts';
import { probeRegion } from './region-probe.ts';
import type { Session } from './session.ts';
import type { TextSocket } from './text-socket.ts';

/** The way from this client to one region. */
export interface RegionLatency {
  readonly regionId: string;
  /** Fastest of five round trips, ms. */
  readonly rttMs: number;
  /** 90th percentile less the fastest, ms. */
  readonly jitterMs: number;
  /** Share of pings that were not answered within 400 ms, 0–1. */
  readonly lossRatio: number;
  /**
   * What the region itself has measured, signed by it, for a matchmaking ticket; good for 15 minutes. Null when it gave none in time.
   */
  readonly token: string | null;
}

export interface RegionsApiDependencies {
  readonly http: Pick<HttpJson, 'request' | 'baseUrl'>;
  readonly session: Pick<Session, 'accessToken' | 'tokens'>;
  readonly openSocket: (url: string) => TextSocket;
  /** Monotonic, ms. */
  readonly nowMs: () => number;
}

interface Measured {
  readonly latencies: readonly RegionLatency[];
  readonly atMs: number;
  /** Whose tokens these are; null: nobody in particular. */
  readonly playerId: string | null;
}

/** How long figures are good. The tokens live longer, so that a ticket made at the end of it is not refused. */
const GOOD_FOR_MS = 10 * 60_000;
/** Browsers report a "change" of the connection whenever their estimate of it moves: not oftener than this, ms. */
const CHANGE_PAUSE_MS = 30_000;

/**
 * How far the regions are from here. The first question starts a watch: figures are taken again every ten minutes, when the
 * network comes back or changes, and when a page is looked at again after that long; `stop()` ends it.
 */
export class RegionsApi {
  readonly #deps: RegionsApiDependencies;
  readonly #listeners = new Listeners<readonly RegionLatency[]>();
  #measured: Measured | null = null;
  /** When figures were last asked for, monotonic, ms. */
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #probing: Promise<readonly RegionLatency[]> | null = null;
  /** The network has changed under a probe. */
  #isOutdated = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopListening: (() => void) | null = null;

  constructor(deps: RegionsApiDependencies) {
    this.#deps = deps;
  }

  /**
   * The regions, as the server names them.
   *
   * @throws {MeridianError} `NETWORK`, `TIMEOUT`, `RATE_LIMITED`, …
   */
  async list(): Promise<RegionList> {
    return await this.#deps.http.request<RegionList>({
      method: 'GET',
      path: `${API_PREFIX}/regions`,
    });
  }

  /**
   * Figures of the last ten minutes, or new ones: the nearest region first; those that were not reached are left out.
   *
   * @throws {MeridianError} when the list of regions cannot be had
   */
  async latencies(): Promise<readonly RegionLatency[]> {
    const measured = this.#measured;
    // Who has signed in since needs tokens in his name.
    const isOurs = measured?.playerId === (this.#deps.session.tokens?.playerId ?? null);
    if (measured !== null && isOurs && this.#ageMs() < GOOD_FOR_MS) return measured.latencies;
    return await this.probe();
  }

  /**
   * New figures: all regions at once, five pings each, in a second and a half for regions one can play in, three at most.
   * While a probe is under way everybody gets its result.
   *
   * @throws {MeridianError} when the list of regions cannot be had
   */
  probe(): Promise<readonly RegionLatency[]> {
    this.#watch();
    this.#probing ??= this.#probeAll().finally(() => {
      this.#probing = null;
      this.#refreshIn(this.#isOutdated ? 0 : GOOD_FOR_MS);
      this.#isOutdated = false;
    });
    return this.#probing;
  }

  /** Hears of every new set of figures, those taken in the background included. @returns the removal */
  onLatencies(listener: (latencies: readonly RegionLatency[]) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** No more figures are taken in the background; the next question starts it again. */
  stop(): void {
    this.#stopListening?.();
    this.#stopListening = null;
    clearTimeout(this.#timer);
  }

  async #probeAll(): Promise<readonly RegionLatency[]> {
    this.#askedAtMs = this.#deps.nowMs();
    const [{ regions }, accessToken] = await Promise.all([this.list(), this.#accessToken()]);
    const playerId = accessToken === null ? null : (this.#deps.session.tokens?.playerId ?? null);
    const results = await Promise.all(regions.map((region) => this.#probeOne(region, accessToken)));
    const latencies = results
      .filter((result) => result !== null)
      .sort((a, b) => a.rttMs - b.rttMs || (a.regionId < b.regionId ? -1 : 1));
    // Nothing is no news of the regions: the next question asks again.
    const isKept = latencies.length > 0 && !this.#isOutdated;
    this.#measured = isKept ? { latencies, playerId, atMs: this.#deps.nowMs() } : null;
    if (isKept) this.#listeners.emit(latencies);
    return latencies;
  }

  async #probeOne(
    { regionId, probeUrl }: RegionListing,
    accessToken: string | null,
  ): Promise<RegionLatency | null> {
    const { http } = this.#deps;
    const result = await probeRegion(
      {
        probeUrl: probeUrl ?? `${http.baseUrl.replace(/^http/, 'ws')}${PROBE_PATH}`,
        accessToken,
      },
      this.#deps,
    );
    if (result === null) return null;
    const { rttMs, jitterMs, lossRatio, certificate } = result;
    return { regionId, rttMs, jitterMs, lossRatio, token: certificate?.token ?? null };
  }

  async #accessToken(): Promise<string | null> {
    try {
      return await this.#deps.session.accessToken();
    } catch {
      // Signed out, or not reached: the way is as long without a name, and whoever needs the name hears of it then.
      return null;
    }
  }

  #ageMs(): number {
    return this.#deps.nowMs() - (this.#measured?.atMs ?? Number.NEGATIVE_INFINITY);
  }

  #watch(): void {
    if (this.#stopListening !== null) return;
    const stops = [
      listenToHost({
        onOnline: () => this.#networkChanged(),
        onVisible: () => {
          if (this.#ageMs() >= GOOD_FOR_MS) this.#refresh();
        },
      }),
      listenToConnection(() => {
        if (this.#deps.nowMs() - this.#askedAtMs >= CHANGE_PAUSE_MS) this.#networkChanged();
      }),
    ];
    this.#stopListening = () => {
      for (const stop of stops) stop();
    };
  }

  #networkChanged(): void {
    this.#measured = null;
    if (this.#probing === null) this.#refresh();
    else this.#isOutdated = true;
  }

  #refreshIn(delayMs: number): void {
    clearTimeout(this.#timer);
    if (this.#stopListening === null) return;
    this.#timer = setTimeout(() => {
      // A hidden page would measure its own slowed timers; it is done when somebody looks again.
      if (!isPageHidden()) this.#refresh();
    }, delayMs);
    // A Node program may end; a browser's timer is a number.
    (this.#timer as { unref?: () => void }).unref?.();
  }

  #refresh(): void {
    // The next round, or the next question, tries again; who asks himself hears of the failure.
    this.probe().catch(() => {});
  }
}
