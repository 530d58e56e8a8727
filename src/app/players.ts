import type { EconomyEvents } from '../analytics/contract.ts';
import type { Revocations } from '../auth/revocations.ts';
import type { AuthService } from '../auth/service.ts';
import type { Profiles } from '../profiles/contract.ts';
import { systemClock } from '../shared/clock.ts';
import type { Closers } from '../shared/closers.ts';
import { openAccounts } from './accounts.ts';
import { openProfiles, type ProfilesDeps } from './profiles.ts';

/** Who players are, and what is kept of them. */
export interface Players {
  readonly auth: AuthService;
  readonly revocations: Revocations;
  readonly profiles: Profiles;
}

/** @throws {GameError} `STORE_UNAVAILABLE` */
export async function openPlayers(
  deps: ProfilesDeps & { readonly events: EconomyEvents },
  closers: Closers,
): Promise<Players> {
  const profiles = await openProfiles(deps, closers);
  const accounts = await openAccounts({ ...deps, clock: systemClock, profiles }, closers);
  return { profiles, ...accounts };
}
