import { z } from 'zod';
import { jsonList } from './json-list.ts';

/** Of a provider, in paths and in identities. */
export const ProviderId = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, 'wants 1–32 of a–z, 0–9 and -, a letter first')
  .refine((id) => id !== 'email' && id !== 'device', 'is a way to sign in of its own');

const text = z.string().min(1).max(4_096);
const webAddress = z
  .string()
  .refine(isWebAddress, 'wants https://host[:port][/path]; http:// on loopback only');

/**
 * Who vouches for players. `google`, `apple` and `oidc` are found by their issuer (OpenID Connect Discovery); the addresses of the
 * others are theirs unless said otherwise, as tests do.
 */
export const ProviderEntry = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('google'),
    id: ProviderId.default('google'),
    clientId: text,
    clientSecret: text,
    issuer: webAddress.default('https://accounts.google.com'),
  }),
  z.strictObject({
    kind: z.literal('oidc'),
    id: ProviderId,
    clientId: text,
    clientSecret: text,
    issuer: webAddress,
  }),
  z.strictObject({
    kind: z.literal('apple'),
    id: ProviderId.default('apple'),
    /** The Services ID. */
    clientId: text,
    teamId: text,
    keyId: text,
    /** The key of `keyId`, as the .p8 file has it (PEM; PKCS #8). */
    privateKey: text,
    issuer: webAddress.default('https://appleid.apple.com'),
  }),
  z.strictObject({
    kind: z.literal('discord'),
    id: ProviderId.default('discord'),
    clientId: text,
    clientSecret: text,
    url: webAddress.default('https://discord.com'),
  }),
  z.strictObject({
    kind: z.literal('steam'),
    id: ProviderId.default('steam'),
    appId: z.number().int().positive(),
    /** Publisher's key of Steam's Web API. */
    webApiKey: text,
    /** What the game gives `GetAuthTicketForWebApi`; tickets made for others are refused. */
    identity: z.string().min(1).max(64).default('meridian'),
    url: webAddress.default('https://partner.steam-api.com'),
  }),
]);

export type ProviderEntry = Readonly<z.infer<typeof ProviderEntry>>;

export const ProviderEntries = jsonList(ProviderEntry, '[{ "kind", "clientId", … }]').refine(
  (entries) => new Set(entries.map(({ id }) => id)).size === entries.length,
  { message: 'names a provider twice' },
);

const base64url = z.string().regex(/^[\w-]+$/);

/** A key of ES256 or EdDSA as JWK (RFC 7517); without `d` it verifies only. */
export const SigningKeyEntry = z.discriminatedUnion('kty', [
  z.strictObject({
    kty: z.literal('EC'),
    crv: z.literal('P-256'),
    x: base64url,
    y: base64url,
    d: base64url.exactOptional(),
    kid: z.string().min(1).max(128),
    alg: z.literal('ES256').default('ES256'),
    use: z.literal('sig').default('sig'),
  }),
  z.strictObject({
    kty: z.literal('OKP'),
    crv: z.literal('Ed25519'),
    x: base64url,
    d: base64url.exactOptional(),
    kid: z.string().min(1).max(128),
    alg: z.literal('EdDSA').default('EdDSA'),
    use: z.literal('sig').default('sig'),
  }),
]);

export type SigningKeyEntry = Readonly<z.infer<typeof SigningKeyEntry>>;

export const SigningKeyEntries = jsonList(SigningKeyEntry, '[{ "kty", "crv", "x", "d", "kid" }]')
  .refine((keys) => new Set(keys.map(({ kid }) => kid)).size === keys.length, {
    message: 'names a kid twice',
  })
  .refine((keys) => keys.length === 0 || keys[0]?.d !== undefined, {
    message: 'has a first key without `d`: the first one signs',
  });

/** Where a provider may send a player back: a page, or an address of an installed game (RFC 8252). */
export const RedirectUri = z
  .string()
  .refine(isRedirectUri, 'wants https:// (http:// on loopback only), or a scheme of your own');

function isWebAddress(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname, search, hash, username, password } = new URL(value);
  if (`${search}${hash}${username}${password}` !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

function isRedirectUri(value: string): boolean {
  // A query of its own would be confused with what the provider adds.
  if (!URL.canParse(value) || /[?#]/.test(value)) return false;
  const { protocol, hostname, username } = new URL(value);
  if (username !== '') return false;
  if (protocol === 'http:') return isLoopback(hostname);
  // A scheme of one's own has a dot (RFC 8252 §7.1); so no data:, javascript: or file:.
  return protocol === 'https:' || /^[a-z][a-z0-9+-]*\.[a-z0-9.+-]+:$/.test(protocol);
}

/** Of this machine only: nothing on the way can read it. */
export function isLoopback(hostname: string): boolean {
  return ['localhost', '::1', '[::1]'].includes(hostname) || /^127(\.\d{1,3}){3}$/.test(hostname);
}
