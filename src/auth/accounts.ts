// Whose player it is that shows something.
//
//   guest ───────────────▶ new player, known by his refresh token only
//   device ──────────────▶ its player, or a new one
//   email, password ─────▶ their player (sign-in), a new one (sign-up)
//   provider ────────────▶ its player, or a new one
//   link ────────────────▶ the caller's player has one more way in; a guest has an account from then on
//
// Nobody is found by what he merely says, and two ways in never become one because they name the same email address: linking takes both.

import { createHash, randomInt } from 'node:crypto';
import { GameError } from '../errors/game-error.ts';
import type { PlayerRegistry } from '../profiles/contract.ts';
import type {
  DeviceSignInRequest,
  EmailSignInRequest,
  EmailSignUpRequest,
  GuestSignInRequest,
  IdentityList,
  LinkRequest,
  ProviderSignInRequest,
} from '../protocol/rest.ts';
import type { Clock } from '../shared/clock.ts';
import { EMAIL, type EmailPasswords } from './email-passwords.ts';
import { guestName } from './guest-name.ts';
import type { Identity, IdentityStore } from './identity-store.ts';
import type { ProviderDesk } from './provider-desk.ts';
import { randomId } from './random-id.ts';

const DEVICE = 'device';
/** Of a display name, UTF-16 units; what a provider calls somebody may be longer. */
const MOST_NAME_LENGTH = 24;

/** A player, as sign-in needs him. */
export interface Account {
  readonly playerId: string;
  readonly displayName: string;
}

type NewIdentity = Pick<Identity, 'provider' | 'subject' | 'passwordHash'>;

export interface AccountsDeps {
  readonly clock: Clock;
  readonly profiles: PlayerRegistry;
  readonly identities: IdentityStore;
  readonly passwords: EmailPasswords;
  readonly providers: ProviderDesk;
}

/** Players and their ways in. */
export class Accounts {
  readonly #deps: AccountsDeps;

  constructor(deps: AccountsDeps) {
    this.#deps = deps;
  }

  /** @throws {GameError} `BAD_REQUEST` when profiles refuse the name */
  async guest({ displayName }: GuestSignInRequest): Promise<Account> {
    return await this.#newPlayer(displayName);
  }

  /** @throws {GameError} `BAD_REQUEST` */
  async byDevice({ deviceKey, displayName }: DeviceSignInRequest): Promise<Account> {
    return await this.#findOrMake(deviceIdentity(deviceKey), displayName);
  }

  /** @throws {GameError} `CREDENTIALS_WRONG`, `RATE_LIMITED` */
  async byEmail(request: EmailSignInRequest, address: string): Promise<Account> {
    return await this.#read(await this.#deps.passwords.ownerOf(request, address));
  }

  /** @throws {GameError} `IDENTITY_TAKEN`, `PASSWORD_REFUSED`, `BAD_REQUEST`, `RATE_LIMITED` */
  async signUp({ displayName, ...request }: EmailSignUpRequest): Promise<Account> {
    const enrolled = await this.#deps.passwords.enroll(request, null);
    const player = await this.#newPlayer(displayName);
    await this.#add(player.playerId, { provider: EMAIL, ...enrolled });
    return player;
  }

  /** @throws {GameError} `PROVIDER_UNKNOWN`, `PROVIDER_REFUSED`, `PROVIDER_UNAVAILABLE`, `BAD_REQUEST` */
  async byProvider(provider: string, request: ProviderSignInRequest): Promise<Account> {
    const { subject, suggestedName } = await this.#deps.providers.identify(provider, request);
    const identity = { provider, subject, passwordHash: null };
    return await this.#findOrMake(identity, request.displayName, suggestedName);
  }

  /**
   * One more way into the account. By one that leads there already it is done; the player stays who he is.
   *
   * @throws {GameError} `IDENTITY_TAKEN` when it leads to another player, `IDENTITY_EXISTS` when he has another one of its kind, and
   *   what the same sign-in throws
   */
  async link(playerId: string, request: LinkRequest): Promise<IdentityList> {
    await this.#add(playerId, await this.#shown(playerId, request));
    return await this.list(playerId);
  }

  async list(playerId: string): Promise<IdentityList> {
    const identities = await this.#deps.identities.ofPlayer(playerId);
    return {
      identities: identities.map(({ provider, linkedAtMs }) => ({ provider, linkedAtMs })),
    };
  }

  /** @throws {GameError} `IDENTITY_UNKNOWN`, `IDENTITY_LAST` */
  async unlink(playerId: string, provider: string): Promise<void> {
    const outcome = await this.#deps.identities.unlink(playerId, provider);
    if (outcome === 'unknown') throw new GameError('IDENTITY_UNKNOWN');
    if (outcome === 'last') throw new GameError('IDENTITY_LAST', { provider });
  }

  async #shown(playerId: string, request: LinkRequest): Promise<NewIdentity> {
    if ('device' in request) return deviceIdentity(request.device.deviceKey);
    if ('email' in request) {
      const enrolled = await this.#deps.passwords.enroll(request.email, playerId);
      return { provider: EMAIL, ...enrolled };
    }
    const { id, ...proof } = request.provider;
    const { subject } = await this.#deps.providers.identify(id, proof);
    return { provider: id, subject, passwordHash: null };
  }

  async #add(playerId: string, identity: NewIdentity): Promise<void> {
    const { provider } = identity;
    const linkedAtMs = Math.trunc(this.#deps.clock.wallMs());
    const outcome = await this.#deps.identities.link({ ...identity, playerId, linkedAtMs });
    if (outcome.kind === 'exists') throw new GameError('IDENTITY_EXISTS', { provider });
    // Not whose it is: that is nobody's business.
    if (outcome.kind === 'taken' && outcome.playerId !== playerId) {
      throw new GameError('IDENTITY_TAKEN', { provider });
    }
  }

  async #findOrMake(
    identity: NewIdentity,
    displayName: string | undefined,
    suggestedName?: string,
  ): Promise<Account> {
    const { provider, subject } = identity;
    const known = await this.#deps.identities.find(provider, subject);
    if (known !== null) return await this.#read(known.playerId);
    const player = await this.#newPlayer(displayName, suggestedName);
    const linkedAtMs = Math.trunc(this.#deps.clock.wallMs());
    const { playerId } = player;
    const outcome = await this.#deps.identities.link({ ...identity, playerId, linkedAtMs });
    // Another request of the same device was faster: its player is the one, and ours is one nobody holds a token for.
    return outcome.kind === 'taken' ? await this.#read(outcome.playerId) : player;
  }

  /** Two writes follow: should the second fail, what remains is a profile nobody has a way to, which harms nobody. */
  async #newPlayer(
    displayName: string | undefined,
    suggestedName: string | undefined = undefined,
  ): Promise<Account> {
    const playerId = randomId('p');
    const { profiles } = this.#deps;
    const name = displayName ?? suggestedName?.slice(0, MOST_NAME_LENGTH) ?? guestName(randomInt);
    try {
      return await profiles.create({ playerId, displayName: name });
    } catch (error) {
      // What the player did not choose himself cannot be his mistake.
      const isSuggested = displayName === undefined && suggestedName !== undefined;
      if (!isSuggested || !(error instanceof GameError) || error.code !== 'BAD_REQUEST')
        throw error;
      return await profiles.create({ playerId, displayName: guestName(randomInt) });
    }
  }

  /** A player who was deleted has no profile any more, and no way in should lead to him. */
  async #read(playerId: string): Promise<Account> {
    const profile = await this.#deps.profiles.read(playerId);
    if (profile === null) throw new GameError('PROFILE_UNKNOWN');
    return profile;
  }
}

/** Plain SHA-256 is enough: a device key is random (schemas.ts asks for the length), so there is nothing to guess. */
function deviceIdentity(deviceKey: string): NewIdentity {
  const subject = createHash('sha256').update(deviceKey).digest('base64url');
  return { provider: DEVICE, subject, passwordHash: null };
}
