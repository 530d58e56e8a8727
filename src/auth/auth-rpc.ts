import { z } from 'zod';
import { WireId } from '../shared/wire-id.ts';
import { defineRpc, NoReply, nullableField } from '../transport/rpc/rpc-contract.ts';
import { MOST_REASON_LENGTH } from './ban-store.ts';
import {
  ChangePasswordBody,
  DeviceSignInBody,
  EmailSignInBody,
  GuestSignInBody,
  IdentityListReply,
  IdentityParams,
  JwksReply,
  LinkBody,
  ProviderListReply,
  ProviderParams,
  ProviderSignInBody,
  ProviderStartBody,
  ProviderStartReply,
  RefreshBody,
  SessionTokensReply,
} from './schemas.ts';

// The messages of proto/auth/v1/auth.proto, and the values they stand for. What goes in is checked as REST checks it.

const Player = z.object({ playerId: WireId });
/** Of the client; long enough for IPv6 with a zone. */
const Address = z.string().min(1).max(64);
/** Of his token: it has been checked when he got it. */
const MOST_NAME_LENGTH = 128;
const WallMs = z.int().nonnegative();

/** Reads, and writes of the store, ms. */
const READ_WITHIN_MS = 1_000;
const WRITE_WITHIN_MS = 3_000;
/** Argon2id, of which only so many are made at once, ms. */
const PASSWORD_WITHIN_MS = 10_000;
/** Longer than two answers of a provider may take (oauth-provider.ts), and the store after it, ms. */
const PROVIDER_WITHIN_MS = 15_000;

const signIn = { reply: SessionTokensReply, isIdempotent: false, deadlineMs: WRITE_WITHIN_MS };

/** The auth service, for those who run without it. */
export const AUTH_RPC = defineRpc({
  name: 'meridian.auth.v1.AuthService',
  proto: 'auth/v1/auth.proto',
  methods: {
    signInGuest: { ...signIn, request: GuestSignInBody },
    signInDevice: { ...signIn, request: DeviceSignInBody },
    signUp: {
      ...signIn,
      request: z.object({
        account: EmailSignInBody,
        displayName: z.string().exactOptional(),
        address: Address,
      }),
      deadlineMs: PASSWORD_WITHIN_MS,
    },
    signInEmail: {
      ...signIn,
      request: z.object({ account: EmailSignInBody, address: Address }),
      deadlineMs: PASSWORD_WITHIN_MS,
    },
    listProviders: {
      request: z.object({}),
      reply: ProviderListReply,
      isIdempotent: true,
      deadlineMs: READ_WITHIN_MS,
    },
    startProvider: {
      request: z.object({
        ...ProviderParams.shape,
        ...ProviderStartBody.shape,
        address: Address,
      }),
      reply: ProviderStartReply,
      // Each time counts as a try, and a provider that is away would be asked four times.
      isIdempotent: false,
      deadlineMs: PROVIDER_WITHIN_MS,
    },
    signInProvider: {
      ...signIn,
      request: z.object({
        ...ProviderParams.shape,
        address: Address,
        request: ProviderSignInBody,
      }),
      deadlineMs: PROVIDER_WITHIN_MS,
    },
    // A second time it would be a spent token, which ends the sign-in.
    refresh: { ...signIn, request: RefreshBody },
    signOut: {
      request: RefreshBody,
      reply: NoReply,
      isIdempotent: true,
      deadlineMs: WRITE_WITHIN_MS,
    },
    signOutEverywhere: {
      request: Player.extend({ knownAtMs: WallMs.exactOptional() }),
      reply: NoReply,
      isIdempotent: true,
      deadlineMs: WRITE_WITHIN_MS,
    },
    listIdentities: {
      request: Player,
      reply: IdentityListReply,
      isIdempotent: true,
      deadlineMs: READ_WITHIN_MS,
    },
    link: {
      request: Player.extend({ address: Address, request: LinkBody }),
      reply: IdentityListReply,
      isIdempotent: false,
      deadlineMs: PROVIDER_WITHIN_MS,
    },
    unlink: {
      request: Player.extend(IdentityParams.shape),
      reply: NoReply,
      // A second time there is none.
      isIdempotent: false,
      deadlineMs: WRITE_WITHIN_MS,
    },
    changePassword: {
      ...signIn,
      request: z.object({
        ...Player.shape,
        displayName: z.string().min(1).max(MOST_NAME_LENGTH),
        ...ChangePasswordBody.shape,
        address: Address,
      }),
      deadlineMs: PASSWORD_WITHIN_MS,
    },
    ban: {
      request: Player.extend({
        reason: z.string().min(1).max(MOST_REASON_LENGTH),
        untilMs: nullableField(WallMs),
      }),
      reply: banReply(),
      isIdempotent: true,
      deadlineMs: WRITE_WITHIN_MS,
    },
    liftBan: {
      request: Player,
      reply: banReply(),
      isIdempotent: true,
      deadlineMs: WRITE_WITHIN_MS,
    },
    forgetPlayer: {
      request: Player,
      reply: NoReply,
      isIdempotent: true,
      deadlineMs: WRITE_WITHIN_MS,
    },
    getJwks: {
      request: z.object({}),
      // Which of them are of use is for him to say who verifies: a newer service may have others.
      reply: JwksReply,
      isIdempotent: true,
      deadlineMs: READ_WITHIN_MS,
    },
  },
});

function banReply() {
  return Player.extend({
    decidedAtMs: WallMs,
    reason: nullableField(z.string()),
    untilMs: nullableField(WallMs),
  });
}
