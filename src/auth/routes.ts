import { publicRoute, type Route } from '../transport/http/route.ts';
import { GuestSignInBody, RefreshBody, SessionTokensReply } from './schemas.ts';
import type { AuthService } from './service.ts';

/** REST of signing in and out. */
export function authRoutes(auth: AuthService): readonly Route[] {
  return [
    publicRoute({
      method: 'post',
      path: '/v1/auth/guest',
      operationId: 'signInGuest',
      summary: 'Makes a new player and signs him in.',
      body: GuestSignInBody,
      status: 201,
      reply: SessionTokensReply,
      errors: [],
      handle: ({ body }) => auth.signInGuest(body),
    }),
    publicRoute({
      method: 'post',
      path: '/v1/auth/refresh',
      operationId: 'refreshSession',
      summary:
        'New tokens for a refresh token, which is spent. Using it twice signs out everybody who holds it.',
      body: RefreshBody,
      status: 200,
      reply: SessionTokensReply,
      errors: ['TOKEN_INVALID'],
      handle: ({ body }) => auth.refresh(body.refreshToken),
    }),
    publicRoute({
      method: 'post',
      path: '/v1/auth/sign-out',
      operationId: 'signOut',
      summary:
        'Revokes a refresh token and all of its sign-in. Access tokens end by themselves, soon.',
      body: RefreshBody,
      status: 204,
      errors: [],
      handle: ({ body }) => auth.signOut(body.refreshToken),
    }),
  ];
}
