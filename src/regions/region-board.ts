import type { RegionListing } from '../protocol/regions.ts';
import type { Clock } from '../shared/clock.ts';
import type { RegionCatalogue, RegionInfo } from './region-catalogue.ts';
import { CLOSED_LOAD_RATIO, type RegionReport, seatRatio } from './region-report.ts';
import type { RegionCandidate, RegionStatus } from './select-region.ts';

/** A report that is older says nothing any more: three of a link's rounds. */
const REPORT_TTL_MS = 6_000;
/** How long a region that did not make a room in time is passed over. */
const SUSPECT_MS = 30_000;

/** How long seats count on top of the reports: until the region's nodes and its link have told of them for sure. */
const RESERVATION_COUNTS_MS = 3_000;

interface Reservation {
  readonly seats: number;
  readonly untilMs: number;
}

interface Heard {
  readonly report: RegionReport;
  /** Monotonic, ms: the other region's clock is its own business. */
  readonly heardAtMs: number;
}

/** What this node knows of every region now: the catalogue, the latest report of each, and what it has sent there since. */
export class RegionBoard {
  readonly catalogue: RegionCatalogue;
  readonly #clock: Clock;
  readonly #heard = new Map<string, Heard>();
  /** Seats this node has taken in a region of late. */
  readonly #reservations = new Map<string, readonly Reservation[]>();
  readonly #suspectUntilMs = new Map<string, number>();

  constructor(deps: { readonly clock: Clock; readonly catalogue: RegionCatalogue }) {
    this.#clock = deps.clock;
    this.catalogue = deps.catalogue;
  }

  /** A region has reported. One that is older than what is known, or of a region that is not in the catalogue, is dropped. */
  learn(report: RegionReport): void {
    const { regionId, atMs } = report;
    if (!this.catalogue.regions.some((region) => region.regionId === regionId)) return;
    const known = this.report(regionId);
    if (known !== null && known.atMs > atMs) return;
    this.#heard.set(regionId, { report, heardAtMs: this.#clock.monotonicMs() });
  }

  /** Seats were reserved there: they count from now on, not from the next report (or everybody goes where it was empty). */
  reserved(regionId: string, seats: number): void {
    const untilMs = this.#clock.monotonicMs() + RESERVATION_COUNTS_MS;
    this.#reservations.set(regionId, [...this.#reservationsOf(regionId), { seats, untilMs }]);
  }

  /** The region did not do what it was asked in time: it is passed over for 30 s. */
  suspect(regionId: string): void {
    this.#suspectUntilMs.set(regionId, this.#clock.monotonicMs() + SUSPECT_MS);
  }

  /** The region's latest report; null when it has not been heard for 6 s. */
  report(regionId: string): RegionReport | null {
    const heard = this.#heard.get(regionId);
    if (heard === undefined) return null;
    return this.#clock.monotonicMs() - heard.heardAtMs > REPORT_TTL_MS ? null : heard.report;
  }

  /** For `selectRegion`, in the order of the catalogue. */
  candidates(): readonly RegionCandidate[] {
    return this.catalogue.regions.map(({ regionId, priceClass }) => ({
      regionId,
      priceClass,
      status: this.#statusOf(regionId),
      loadRatio: this.#loadOf(regionId) ?? 1,
    }));
  }

  /** For clients, in the order of the catalogue. */
  listings(): readonly RegionListing[] {
    return this.catalogue.regions.map((region) => this.#listingOf(region));
  }

  #listingOf({ regionId, name, url, probeUrl, position }: RegionInfo): RegionListing {
    const status = this.#statusOf(regionId);
    return {
      regionId,
      name,
      url,
      probeUrl,
      position,
      isOpen: status === 'unreachable' ? null : status === 'open',
      loadRatio: this.#loadOf(regionId),
    };
  }

  #statusOf(regionId: string): RegionStatus {
    const report = this.report(regionId);
    if (report === null) return 'unreachable';
    if ((this.#suspectUntilMs.get(regionId) ?? 0) > this.#clock.monotonicMs()) return 'suspect';
    if (report.capacity === 0) return 'closed';
    if ((this.#loadOf(regionId) ?? 1) >= CLOSED_LOAD_RATIO) return 'full';
    return report.isOpen ? 'open' : 'closed';
  }

  #loadOf(regionId: string): number | null {
    const report = this.report(regionId);
    if (report === null) return null;
    const reserved = this.#reservationsOf(regionId).reduce((sum, { seats }) => sum + seats, 0);
    return Math.max(report.loadRatio, seatRatio(report.seats + reserved, report.capacity));
  }

  #reservationsOf(regionId: string): readonly Reservation[] {
    const nowMs = this.#clock.monotonicMs();
    return (this.#reservations.get(regionId) ?? []).filter(({ untilMs }) => untilMs > nowMs);
  }
}
