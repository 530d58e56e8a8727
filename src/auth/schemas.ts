import { z } from 'zod';
import type { GuestSignInRequest, RefreshRequest, SessionTokens } from '../protocol/rest.ts';

const WallMs = z.int().meta({ description: 'Wall clock, ms since the Unix epoch.' });

const RefreshToken = z
  .string()
  .regex(/^r_[\w-]{43}$/)
  .meta({ description: 'Opaque, single use.' });

/** What a name may be is decided by profiles, when the player's row is made. */
export const GuestSignInBody = z
  .strictObject({
    displayName: z.string().exactOptional().meta({
      description: 'Name other players see, 1–24 characters; a random one when absent.',
      example: 'Brave Otter 42',
    }),
  })
  .meta({ id: 'GuestSignIn' }) satisfies z.ZodType<GuestSignInRequest>;

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
