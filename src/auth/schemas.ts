import { z } from 'zod';
import { ProviderId } from '../config/auth-entry.ts';
import type {
  ChangePasswordRequest,
  DeviceSignInRequest,
  EmailSignInRequest,
  EmailSignUpRequest,
  GuestSignInRequest,
  IdentityList,
  LinkRequest,
  ProviderList,
  ProviderProof,
  ProviderSignInRequest,
  ProviderStart,
  ProviderStartRequest,
  RefreshRequest,
  SessionTokens,
} from '../protocol/rest.ts';

const WallMs = z.int().meta({ description: 'Wall clock, ms since the Unix epoch.' });

const RefreshToken = z
  .string()
  .regex(/^r_[\w.-]{43,120}$/)
  .meta({ description: 'Opaque, single use.' });

/** What a name may be is decided by profiles, when the player's row is made. */
const displayName = z.string().exactOptional().meta({
  description: 'Name other players see, 1–24 characters; a random one when absent.',
  example: 'Brave Otter 42',
});
const ofNewPlayer = z.string().exactOptional().meta({
  description: 'Name of a new player, 1–24 characters; a known one keeps his.',
});

export const GuestSignInBody = z
  .strictObject({ displayName })
  .meta({ id: 'GuestSignIn' }) satisfies z.ZodType<GuestSignInRequest>;

const deviceKey = z
  .string()
  .regex(/^[\w-]{32,128}$/)
  .meta({
    description:
      'A secret that the device made at random and keeps; no serial number, which others know.',
  });

export const DeviceSignInBody = z
  .strictObject({ deviceKey, displayName: ofNewPlayer })
  .meta({ id: 'DeviceSignIn' }) satisfies z.ZodType<DeviceSignInRequest>;

const email = z.string().trim().max(254).pipe(z.email()).meta({
  description: 'Letters in any case; compared in lower case.',
  example: 'ann@example.com',
});
/** Longer than any that is taken, so that what is too long is told as such. */
const password = z
  .string()
  .min(1)
  .max(512)
  .meta({ description: 'At least 8 characters, at most 128, none of the commonest.' });

export const EmailSignInBody = z
  .strictObject({ email, password })
  .meta({ id: 'EmailSignIn' }) satisfies z.ZodType<EmailSignInRequest>;

export const EmailSignUpBody = z
  .strictObject({ email, password, displayName })
  .meta({ id: 'EmailSignUp' }) satisfies z.ZodType<EmailSignUpRequest>;

export const ChangePasswordBody = z
  .strictObject({ from: password, to: password })
  .meta({ id: 'ChangePassword' }) satisfies z.ZodType<ChangePasswordRequest>;

export const ProviderParams = z.strictObject({ provider: ProviderId });

export const ProviderStartBody = z
  .strictObject({
    redirectUri: z.string().min(1).max(2_048).meta({
      description: 'Where the provider sends the player; on the allow-list, letter by letter.',
      example: 'https://game.example/signed-in',
    }),
  })
  .meta({ id: 'ProviderStart' }) satisfies z.ZodType<ProviderStartRequest>;

export const ProviderStartReply = z
  .strictObject({
    authorizationUrl: z.string().meta({ description: 'The page of the provider.' }),
    attempt: z.string().meta({
      description: 'To be sent back with the answer; kept where only this client reads it.',
    }),
    expiresAtMs: WallMs,
  })
  .meta({ id: 'ProviderStartReply' }) satisfies z.ZodType<ProviderStart>;

const redirectProof = {
  attempt: z.string().min(1).max(4_096),
  callbackUrl: z.string().max(8_192).refine(URL.canParse, 'is no address').meta({
    description: 'The address that the player came back to, with its query.',
  }),
};
const ticketProof = {
  ticket: z.string().min(1).max(8_192).meta({ description: 'Of the platform, as it gave it.' }),
};

const WithRedirect = z.strictObject(redirectProof);
const WithTicket = z.strictObject(ticketProof);
z.union([WithRedirect, WithTicket]) satisfies z.ZodType<ProviderProof>;

export const ProviderSignInBody = z
  .union([
    WithRedirect.extend({ displayName: ofNewPlayer }),
    WithTicket.extend({ displayName: ofNewPlayer }),
  ])
  .meta({ id: 'ProviderSignIn' }) satisfies z.ZodType<ProviderSignInRequest>;

export const LinkBody = z
  .union([
    z.strictObject({ device: z.strictObject({ deviceKey }) }),
    z.strictObject({ email: EmailSignInBody }),
    z.strictObject({
      provider: z.union([
        WithRedirect.extend({ id: ProviderId }),
        WithTicket.extend({ id: ProviderId }),
      ]),
    }),
  ])
  .meta({ id: 'Link' }) satisfies z.ZodType<LinkRequest>;

export const IdentityParams = z.strictObject({
  provider: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,31}$/)
    .meta({ description: '`device`, `email`, or the id of a provider.' }),
});

export const IdentityListReply = z
  .strictObject({
    identities: z.array(z.strictObject({ provider: z.string(), linkedAtMs: WallMs })),
  })
  .meta({ id: 'Identities' }) satisfies z.ZodType<IdentityList>;

export const ProviderListReply = z
  .strictObject({
    providers: z.array(z.strictObject({ id: z.string(), flow: z.enum(['redirect', 'ticket']) })),
  })
  .meta({ id: 'Providers' }) satisfies z.ZodType<ProviderList>;

export const RefreshBody = z
  .strictObject({ refreshToken: RefreshToken })
  .meta({ id: 'Refresh' }) satisfies z.ZodType<RefreshRequest>;

export const SessionTokensReply = z
  .strictObject({
    playerId: z.string().meta({ description: 'Opaque and permanent.' }),
    displayName: z.string(),
    accessToken: z.string().meta({ description: 'JWT for REST and rooms, short-lived.' }),
    accessTokenExpiresAtMs: WallMs,
    refreshToken: RefreshToken,
    refreshTokenExpiresAtMs: WallMs,
  })
  .meta({ id: 'SessionTokens' }) satisfies z.ZodType<SessionTokens>;

export const JwksReply = z
  .strictObject({ keys: z.array(z.record(z.string(), z.string())) })
  .meta({ id: 'JsonWebKeySet' });
