import { z } from 'zod';
import { API_PREFIX } from '../../src/protocol/rest.ts';
import { postJson } from './seat.ts';

const Guest = z.object({ playerId: z.string(), accessToken: z.string() });
export type Guest = z.infer<typeof Guest>;

/** Signs a new guest in. @throws {RefusedError} e.g. `RATE_LIMITED` */
export async function signInAsGuest(endpoint: URL, displayName: string): Promise<Guest> {
  const answer = await postJson(new URL(`${API_PREFIX}/auth/guest`, endpoint), { displayName });
  return Guest.parse(answer);
}
