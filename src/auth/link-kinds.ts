import type { LinkKind } from '../regions/contract.ts';
import { Revocation } from './revocation.ts';

/** Whose tokens do not count any more; to every node of every region. */
export const REVOKED: LinkKind<Revocation> = {
  name: 'revocation',
  delivery: 'news',
  body: Revocation,
};
