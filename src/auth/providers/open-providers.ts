import type { ProviderEntry } from '../../config/auth-entry.ts';
import { assertNever } from '../../shared/assert-never.ts';
import type { Clock } from '../../shared/clock.ts';
import { appleSecret } from './apple-secret.ts';
import { discordProvider } from './discord-provider.ts';
import type { IdentityProvider } from './identity-provider.ts';
import { fixedSecret, openIdProvider } from './oidc-provider.ts';
import { SteamProvider } from './steam-provider.ts';

/**
 * The providers of the configuration, by id. None is asked anything before a player wants it.
 *
 * @throws {TypeError} for an Apple key that is none
 */
export function openProviders(
  entries: readonly ProviderEntry[],
  clock: Clock,
): ReadonlyMap<string, IdentityProvider> {
  return new Map(entries.map((entry) => [entry.id, openProvider(entry, clock)]));
}

function openProvider(entry: ProviderEntry, clock: Clock): IdentityProvider {
  switch (entry.kind) {
    case 'google':
    case 'oidc':
      return openIdProvider({ ...entry, clientAuth: fixedSecret(entry.clientSecret) });
    case 'apple':
      return openIdProvider({ ...entry, clientAuth: appleSecret(entry, clock) });
    case 'discord':
      return discordProvider(entry);
    case 'steam':
      return new SteamProvider(entry);
    default:
      return assertNever(entry);
  }
}
