import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import type { ClientAuth } from 'openid-client';
import type { Clock } from '../../shared/clock.ts';

export interface AppleKey {
  readonly clientId: string;
  readonly teamId: string;
  readonly keyId: string;
  /** PEM of the .p8 file. */
  readonly privateKey: string;
}

/** Apple takes up to six months; one is made for each request, so a minute for slow ways will do. */
const LIFE_S = 300;
const AUDIENCE = 'https://appleid.apple.com';

/**
 * Apple's client secret: a JWT that the team's key signs, made anew for each request.
 * https://developer.apple.com/documentation/accountorganizationaldatasharing/creating-a-client-secret
 *
 * @throws {TypeError} for a key that is none
 */
export function appleSecret(apple: AppleKey, clock: Clock): ClientAuth {
  const key = createPrivateKey(apple.privateKey);
  return (_server, _client, body) => {
    body.set('client_id', apple.clientId);
    body.set('client_secret', clientSecret(apple, key, Math.floor(clock.wallMs() / 1_000)));
  };
}

/** By hand: a `ClientAuth` may not wait, and jose's signing does. */
function clientSecret({ clientId, teamId, keyId }: AppleKey, key: KeyObject, nowS: number): string {
  const header = { alg: 'ES256', kid: keyId, typ: 'JWT' };
  const claims = { iss: teamId, iat: nowS, exp: nowS + LIFE_S, aud: AUDIENCE, sub: clientId };
  const signed = `${part(header)}.${part(claims)}`;
  // r and s side by side, as JWS wants them (RFC 7518 §3.4), not in DER.
  const signature = sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}

function part(json: object): string {
  return Buffer.from(JSON.stringify(json)).toString('base64url');
}
