export {
  Callbacks,
  getStateCallbacks,
  type InputHandle,
  type InputOptions,
  Predict,
  type Reconciler,
  type RoomClock,
} from '@colyseus/sdk';
export {
  CloseCode,
  type IdentityListing,
  type JsonValue,
  type LinkQuality,
  type MatchSeat,
  type PartyBody,
  type PlayerExportBody,
  type ProfileBody,
  type ProviderListing,
  type QualityLevel,
  type RegionList,
  type RegionListing,
  type SessionTokens,
  type TicketBody,
  type TicketExplanation,
  type TicketOffer,
  type TicketWaitReason,
  type TicketWidening,
} from '../../src/protocol/index.ts';
export type { AuthApi, EmailAccount, ProviderOptions } from './auth-api.ts';
export type { ConnectionState } from './connection-state.ts';
export type { FetchFunction } from './http-json.ts';
export type { LinkOptions } from './link-watch.ts';
export { MatchTicket, type MatchTicketBody } from './match-ticket.ts';
export type { EnterOptions, MatchmakingApi } from './matchmaking-api.ts';
export type {
  JoinOptions,
  MeridianClientOptions,
  RoomTypes,
  RoomWhere,
} from './meridian-client.ts';
export { MeridianClient } from './meridian-client.ts';
export { MeridianError, type MeridianErrorCode } from './meridian-error.ts';
export { MeridianRoom, type MeridianRoomOptions } from './meridian-room.ts';
export type { PlayoutFigures, PlayoutProfile } from './netcode/playout.ts';
export { type PredictRoomOptions, RoomPredict } from './netcode/room-predict.ts';
export type { RoomQuality } from './netcode/room-quality.ts';
export type { Smoothed } from './netcode/smoothed-entities.ts';
export type { PartiesApi, PartyWishes } from './parties-api.ts';
export type { ProfileApi, ProfilePatch } from './profile-api.ts';
export type { ReconnectionOptions } from './reconnector.ts';
export type { RegionLatency, RegionsApi } from './regions-api.ts';
export type { RoomDrop, RoomMove, RoomResumed } from './room-events.ts';
export type { RoomStats, StatsRecorder, WatchedReconciler } from './room-stats.ts';
export type { PlayerAccount, SignedInPlayer } from './session.ts';
export { MemoryStorage, type SessionStorage } from './session-storage.ts';
