export { CloseCode } from './close-codes.ts';
export {
  API_PREFIX,
  type ErrorBody,
  type GuestSignInRequest,
  type JsonValue,
  type ProfileBody,
  type ProfilePatchRequest,
  type RefreshRequest,
  type SessionTokens,
} from './rest.ts';
