export { CloseCode } from './close-codes.ts';
export {
  decodeBundleSection,
  encodeBundleSection,
  INPUT_BUNDLE_CODE,
  InputBundle,
  MOST_BUNDLED_INPUTS,
  SINGLE_INPUT_CODE,
} from './input-bundle.ts';
export { INPUT_PACE_MESSAGE } from './input-pace.ts';
export { type LinkQuality, QUALITY_MESSAGE } from './link-quality.ts';
export {
  decodeLinkReport,
  encodeLinkReport,
  LINK_REPORT_BYTES,
  LINK_REPORT_CODE,
  type LinkReport,
  type LinkTransport,
} from './link-report.ts';
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
export type { QualityLevel } from './quality.ts';
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
  type ChangePasswordRequest,
  type DeviceSignInRequest,
  type DrainResult,
  type EmailSignInRequest,
  type EmailSignUpRequest,
  type ErrorBody,
  type GuestSignInRequest,
  type IdentityList,
  type IdentityListing,
  type JsonValue,
  type LinkRequest,
  type PlayerExportBody,
  type ProfileBody,
  type ProfilePatchRequest,
  type ProviderList,
  type ProviderListing,
  type ProviderProof,
  type ProviderSignInRequest,
  type ProviderStart,
  type ProviderStartRequest,
  type RefreshRequest,
  type RoomLocation,
  type SeatExtras,
  type SessionTokens,
  type UsernameOwner,
  type UsernameRequest,
} from './rest.ts';
export {
  decodeResumeSection,
  encodeResumeSection,
  RESUME_SECTION_TAG,
  type ResumePoint,
} from './resume.ts';
export { TRACEPARENT, writeTraceparent } from './traceparent.ts';
