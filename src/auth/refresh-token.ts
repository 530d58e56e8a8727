import { createHash, randomBytes } from 'node:crypto';
import type { PresentedToken, TokenFamily } from './refresh-token-store.ts';

// r_<family>.<player>.<secret>: whose it is, so that a store with shards asks the one that has it, and 256 random bits. To clients it is opaque.

const SECRET_BYTES = 32;
const FORM = /^r_(?<familyId>s_[0-9a-z]{1,32})\.(?<playerId>p_[0-9a-z]{1,32})\.[\w-]{43}$/;

/** A new token; nobody can read it from its hash. */
export function mintRefreshToken({ familyId, playerId }: TokenFamily): {
  readonly text: string;
  readonly tokenHash: string;
} {
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  const text = `r_${familyId}.${playerId}.${secret}`;
  return { text, tokenHash: hashOf(text) };
}

/** @returns null for what was never a token of ours */
export function readRefreshToken(text: string): PresentedToken | null {
  const { familyId, playerId } = FORM.exec(text)?.groups ?? {};
  if (familyId === undefined || playerId === undefined) return null;
  return { familyId, playerId, tokenHash: hashOf(text) };
}

/** Plain SHA-256 is enough here: 256 bits of it are random, so there is nothing to guess. */
function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
