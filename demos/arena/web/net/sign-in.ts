import type { MeridianClient } from '@meridian/client';

/**
 * A guest by the name that was typed; '' takes one of the server's, or that of before.
 *
 * @throws {MeridianError} `BAD_REQUEST`, `NETWORK`, …
 */
export async function signInAs(client: MeridianClient, displayName: string): Promise<void> {
  const player = await client.signInAsGuest(displayName === '' ? {} : { displayName });
  // A guest who comes back keeps his profile and may have changed his mind about the name.
  if (displayName !== '' && player.displayName !== displayName) {
    await client.profile.patch({ displayName });
  }
}
