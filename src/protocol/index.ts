export { CloseCode } from './close-codes.ts';
export {
  MATCHMAKING_PATH,
  type MatchmakingHello,
  type MatchmakingPush,
  type MatchSeat,
  type PartyBody,
  type PartyEntry,
  type PartyJoinRequest,
  type TicketBody,
  type TicketExplanation,
  type TicketFacts,
  type TicketOffer,
  type TicketRequest,
  type TicketWaitReason,
  type TicketWidening,
} from './matchmaking.ts';
export { type MovedTo, movedReason, parseMovedReason } from './moved.ts';
export {
  type GeoPosition,
  type LatencyFigures,
  latencyFigures,
  MOST_PROBE_PINGS,
  PROBE_PATH,
  PROBE_PINGS,
  type ProbeCertificate,
  type ProbeEcho,
  type ProbeNonce,
  type ProbeReply,
  type RegionList,
  type RegionListing,
} from './regions.ts';
export {
  API_PREFIX,
  type DrainResult,
  type ErrorBody,
  type GuestSignInRequest,
  type JsonValue,
  type ProfileBody,
  type ProfilePatchRequest,
  type RefreshRequest,
  type RoomLocation,
  type SeatExtras,
  type SessionTokens,
} from './rest.ts';
export {
  decodeResumeSection,
  encodeResumeSection,
  RESUME_SECTION_TAG,
  type ResumePoint,
} from './resume.ts';
