import type { TokenVerifier } from '../auth/contract.ts';
import type { NodeInfo } from '../cluster/node-info.ts';
import type { ClusterConfig, RegionConfig } from '../config/play-config.ts';
import type { AuthConfig } from '../config/service-config.ts';
import { GameError } from '../errors/game-error.ts';
import { latencyFigures, type ProbeCertificate } from '../protocol/regions.ts';
import type { Clock } from '../shared/clock.ts';
import type { Route } from '../transport/http/route.ts';
import type { ProbeMeasurement } from '../transport/ws/probe-socket.ts';
import type { Regions } from './contract.ts';
import { LatencyTokens, latencyKey } from './latency-tokens.ts';
import { RegionBoard } from './region-board.ts';
import { catalogueOf, regionOrigins } from './region-catalogue.ts';
import { type RegionReport, reportRegion } from './region-report.ts';
import { regionRoutes } from './routes.ts';
import { parseLatencies } from './schemas.ts';
import { selectRegion } from './select-region.ts';

export interface RegionsDeps {
  readonly config: {
    readonly region: RegionConfig;
    readonly cluster: Pick<ClusterConfig, 'secret'>;
    readonly auth: Pick<AuthConfig, 'jwtSecret'>;
  };
  readonly clock: Clock;
  readonly tokens: TokenVerifier;
  /** Live nodes of this region. */
  readonly nodes: () => readonly NodeInfo[];
  /** Whether somebody has closed this region. */
  readonly isClosed: () => boolean;
}

/** The regions as one node of one of them sees them. */
export interface RegionsService extends Regions {
  readonly routes: readonly Route[];
  /** Web origins of all regions: their pages may call this node, and its pages them. */
  readonly origins: readonly string[];
  /**
   * Signs what a probe has measured.
   *
   * @throws {GameError} `TOKEN_INVALID` or `TOKEN_EXPIRED` for an access token that is none
   */
  certify(measurement: ProbeMeasurement): Promise<ProbeCertificate>;
  close(): void;
}

/** How often a region reports. */
export const REPORT_EVERY_MS = 1_000;
const TENTHS = 10;

/** Starts to report; `close()` ends it. */
export function createRegionsService(deps: RegionsDeps): RegionsService {
  const { config, clock, tokens, nodes, isClosed } = deps;
  const catalogue = catalogueOf(config.region);
  const { ownRegionId } = catalogue;
  const board = new RegionBoard({ clock, catalogue });
  const latencies = new LatencyTokens(
    { clock },
    {
      key: latencyKey(config.cluster, config.auth),
      ownRegionId,
      regionIds: catalogue.regions.map(({ regionId }) => regionId),
    },
  );

  let report: RegionReport | null = null;
  const refresh = () => {
    report = reportRegion(nodes(), {
      regionId: ownRegionId,
      atMs: clock.wallMs(),
      seatsPerNode: config.region.seatsPerNode,
      isClosed: isClosed(),
      previous: report,
    });
    board.learn(report);
  };
  // Of now: a node that has just begun to listen takes rooms at once.
  const fresh = <T>(read: () => T): T => {
    refresh();
    return read();
  };
  refresh();
  const timer = setInterval(refresh, REPORT_EVERY_MS).unref();

  return {
    catalogue,
    latencies,
    routes: regionRoutes({ catalogue, listings: () => fresh(() => board.listings()) }),
    origins: regionOrigins(catalogue),
    report: (regionId) => board.report(regionId),
    candidates: () => fresh(() => board.candidates()),
    select: selectRegion,
    parseLatencies,
    learn: (other) => {
      if (other.regionId !== ownRegionId) board.learn(other);
    },
    reserved: (regionId, seats) => board.reserved(regionId, seats),
    suspect: (regionId) => board.suspect(regionId),
    certify: async ({ rttsMs, accessToken }) => {
      const figures = latencyFigures(rttsMs);
      if (figures === null) throw new GameError('INTERNAL');
      const player = accessToken === undefined ? null : await tokens.verify(accessToken);
      const measured = {
        rttMs: toTenths(figures.rttMs),
        jitterMs: toTenths(figures.jitterMs),
        samples: rttsMs.length,
      };
      const issued = await latencies.issue({ ...measured, playerId: player?.playerId ?? null });
      return { regionId: ownRegionId, ...measured, ...issued };
    },
    close: () => clearInterval(timer),
  };
}

/** Finer than anybody needs, and a token stays short. */
function toTenths(ms: number): number {
  return Math.round(ms * TENTHS) / TENTHS;
}
