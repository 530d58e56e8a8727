import { GameError } from '../errors/game-error.ts';
import type { EmailSignInRequest } from '../protocol/rest.ts';
import type { Identity, IdentityStore } from './identity-store.ts';
import { PasswordHasher } from './password-hasher.ts';
import { passwordRefusal } from './password-policy.ts';
import type { SignInLimits } from './sign-in-limits.ts';

export const EMAIL = 'email';

/** An address as it is compared and kept. Dots and tags stay: whose they are only its host knows. */
export function normalizedEmail(email: string): string {
  return email.trim().normalize('NFC').toLowerCase();
}

/** Passwords of players: who knows one is the player. */
export class EmailPasswords {
  readonly #identities: IdentityStore;
  readonly #limits: SignInLimits;
  readonly #hasher = new PasswordHasher();

  constructor(deps: { readonly identities: IdentityStore; readonly limits: SignInLimits }) {
    this.#identities = deps.identities;
    this.#limits = deps.limits;
  }

  /**
   * What is kept of an email address and a new password.
   *
   * @param playerId - whose it is to be; null: of a player to be made
   * @throws {GameError} `PASSWORD_REFUSED`, and before the costly part `IDENTITY_TAKEN`, `IDENTITY_EXISTS`; `RATE_LIMITED`
   */
  async enroll(
    request: EmailSignInRequest,
    playerId: string | null,
  ): Promise<Pick<Identity, 'subject' | 'passwordHash'>> {
    const subject = normalizedEmail(request.email);
    assertGood(request.password, subject);
    const known = await this.#identities.find(EMAIL, subject);
    if (known !== null) {
      const code = known.playerId === playerId ? 'IDENTITY_EXISTS' : 'IDENTITY_TAKEN';
      throw new GameError(code, { provider: EMAIL });
    }
    return { subject, passwordHash: await this.#hasher.hash(request.password) };
  }

  /**
   * Whose address and password these are. An unknown address takes as long and says the same as a wrong password.
   *
   * @throws {GameError} `CREDENTIALS_WRONG`, `RATE_LIMITED`
   */
  async ownerOf({ email, password }: EmailSignInRequest, address: string): Promise<string> {
    const subject = normalizedEmail(email);
    return await this.#limits.guard(subject, address, async () => {
      const identity = await this.#identities.find(EMAIL, subject);
      const phc = identity?.passwordHash ?? null;
      const { isRight, isOutdated } = await this.#hasher.check(password, phc);
      if (identity === null || phc === null || !isRight) throw new GameError('CREDENTIALS_WRONG');
      if (isOutdated) {
        const to = await this.#hasher.hash(password);
        await this.#identities.changePassword(identity.playerId, { from: phc, to });
      }
      return identity.playerId;
    });
  }

  /** @throws {GameError} `IDENTITY_UNKNOWN`, `CREDENTIALS_WRONG`, `PASSWORD_REFUSED`, `RATE_LIMITED` */
  async change(
    playerId: string,
    change: { readonly from: string; readonly to: string },
    address: string,
  ): Promise<void> {
    const identities = await this.#identities.ofPlayer(playerId);
    const identity = identities.find(({ provider }) => provider === EMAIL);
    if (identity === undefined) throw new GameError('IDENTITY_UNKNOWN', { provider: EMAIL });
    assertGood(change.to, identity.subject);
    const { subject, passwordHash } = identity;
    await this.#limits.guard(subject, address, async () => {
      const { isRight } = await this.#hasher.check(change.from, passwordHash);
      const from = passwordHash ?? '';
      const to = isRight ? await this.#hasher.hash(change.to) : '';
      // Of two changes at once one finds its old password gone.
      const isChanged = isRight && (await this.#identities.changePassword(playerId, { from, to }));
      if (!isChanged) throw new GameError('CREDENTIALS_WRONG');
    });
  }
}

function assertGood(password: string, email: string): void {
  const reason = passwordRefusal(password, email);
  if (reason !== null) throw new GameError('PASSWORD_REFUSED', { reason });
}
