import type { Analytics } from '../analytics/contract.ts';
import type { PlayerStanding, TokenVerifier } from '../auth/contract.ts';
import type { RoomsConfig } from '../config/play-config.ts';
import type { MatchBackfills, MatchResults } from '../matchmaking/contract.ts';
import type { PlayerProfiles } from '../profiles/contract.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { RoomMetrics } from '../telemetry/room-metrics.ts';
import type { EncodeScratch } from './flow/encode-scratch.ts';
import type { SegmentCheck } from './interest/segment-check.ts';
import type { SurvivalServices } from './ownership/room-survival.ts';
import type { StepScheduler } from './stepping/step-scheduler.ts';

/** What the node gives to each of its rooms. Rooms reach it as `this.profiles`, `this.log`, …; games never build one. */
export interface RoomServices {
  readonly config: RoomsConfig;
  readonly tokens: TokenVerifier & PlayerStanding;
  readonly profiles: PlayerProfiles;
  readonly log: Logger;
  readonly metrics: RoomMetrics;
  readonly scheduler: StepScheduler;
  readonly scratch: EncodeScratch;
  readonly segments: SegmentCheck;
  readonly survival: SurvivalServices;
  readonly matches: MatchResults;
  readonly backfills: MatchBackfills;
  readonly analytics: Analytics;
}
