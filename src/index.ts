// The public API of Meridian: what a game imports.
export {
  type AuthContext,
  type Client,
  ClientState,
  definePlugins,
  type Messages,
  Rewind,
  RoomPlugin,
  type StepContext,
  validate,
} from '@colyseus/core';
export type { EventDefinition, EventDefinitions } from './analytics/contract.ts';
export { defineEvents, type EventSpec } from './analytics/define-events.ts';
export type { PlayerIdentity } from './auth/contract.ts';
export { ERRORS, type ErrorCode } from './errors/errors.ts';
export { GameError } from './errors/game-error.ts';
export type {
  MatchHooks,
  MatchInfo,
  ProposedMatch,
  QueueDefinition,
  RuleSet,
  RuleSetInput,
} from './matchmaking/contract.ts';
export {
  actionRules,
  parseRuleSet,
  RuleSetError,
  turnBasedRules,
} from './matchmaking/pool/rule-set.ts';
export type {
  LedgerEntry,
  OperationOutcome,
  PlayerOperation,
  PlayerProfiles,
  Profile,
  SoftWrite,
} from './profiles/contract.ts';
export { CloseCode } from './protocol/close-codes.ts';
export type { Durability } from './rooms/durability.ts';
export {
  defineGame,
  type GameDefinition,
  type RoomClass,
  type RoomDefinition,
} from './rooms/game.ts';
export { repeatLast } from './rooms/inputs/repeat-last.ts';
export {
  defineInterest,
  type Eye,
  type Interest,
  type InterestClass,
  type InterestOptions,
} from './rooms/interest/interest.ts';
export type { RoomMatch } from './rooms/match/room-match.ts';
export { type PlayerClient, Room } from './rooms/room.ts';
export type { RoomAnalytics } from './rooms/room-analytics.ts';
export type { RoomTimers } from './rooms/timers/room-timers.ts';
