import type { MatchmakingEvents } from '../../analytics/contract.ts';
import { GameError } from '../../errors/game-error.ts';
import type { PlayerProfiles } from '../../profiles/contract.ts';
import type { RegionLink } from '../../regions/contract.ts';
import type { Clock } from '../../shared/clock.ts';
import type { MatchInfo, MatchResults } from '../contract.ts';
import { RATINGS } from '../queue/link-kinds.ts';
import { changeRating } from './player-ratings.ts';

/** A region that is away for longer than this learns no more of a match. */
const RESULT_TTL_MS = 24 * 3_600_000;

export interface MatchReportsDeps {
  readonly regionId: string;
  /** Not started yet; null: this region is alone. */
  readonly link: RegionLink | null;
  readonly profiles: PlayerProfiles;
  readonly clock: Clock;
  readonly events: MatchmakingEvents;
  /** True for the first who reports a match: he alone is an event. */
  readonly isFirst: (matchId: string) => Promise<boolean>;
}

/** Rates players by the results of their matches, each where his rating is kept. */
export class MatchReports implements MatchResults {
  readonly #deps: MatchReportsDeps;

  constructor(deps: MatchReportsDeps) {
    this.#deps = deps;
    const { link } = deps;
    for (const peer of link?.peers ?? []) {
      link?.onMessage(peer, RATINGS, async ({ body }) => {
        await Promise.all(body.changes.map((change) => this.#change(body, change)));
      });
    }
  }

  async report(match: MatchInfo, ranks: readonly number[]): Promise<void> {
    const { regionId, link, clock, events, isFirst } = this.#deps;
    const { matchId, queue } = match;
    const { rateMatch } = await loadRateGame();
    const rated = rateMatch(match, ranks);
    if (!rated.ok) throw new GameError('BAD_REQUEST', { reason: rated.reason });
    if (await isFirst(matchId)) events.matchReported({ matchId, queue }, ranks);
    const changes = rated.players.map(({ player: { playerId, rating, homeRegionId }, after }) => {
      const change = { playerId, mu: after.mu - rating.mu, sigma: after.sigma - rating.sigma };
      return { homeRegionId, change };
    });
    // Each time it is told: a change counts once by its match, and the time before may have failed halfway.
    await Promise.all(
      [...Map.groupBy(changes, ({ homeRegionId }) => homeRegionId)].map(async ([home, own]) => {
        const ofHome = own.map(({ change }) => change);
        if (home === regionId) {
          await Promise.all(ofHome.map((change) => this.#change({ queue, matchId }, change)));
          return;
        }
        await link?.send(home, {
          kind: RATINGS,
          body: { queue, matchId, changes: ofHome },
          expiresAtMs: clock.wallMs() + RESULT_TTL_MS,
        });
      }),
    );
  }

  async #change(
    { queue, matchId }: { readonly queue: string; readonly matchId: string },
    { playerId, mu, sigma }: { playerId: string; mu: number; sigma: number },
  ): Promise<void> {
    const { profiles, clock } = this.#deps;
    const change = { queue, matchId, mu, sigma };
    await changeRating(playerId, change, { profiles, nowMs: clock.wallMs() });
  }
}

/** Once: it takes a fifth of a second, which a node that starts, or has rooms, has no time for. */
export function loadRateGame(): Promise<typeof import('./rate-match.ts')> {
  return import('./rate-match.ts');
}
