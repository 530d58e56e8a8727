import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { AuthConfig } from '../config/service-config.ts';
import { GameError } from '../errors/game-error.ts';
import { AddressRateLimiter } from '../transport/http/address-rate-limiter.ts';
import { addressGroup } from '../transport/http/client-address.ts';

const SHORT_S = 15 * 60;
const LONG_S = 60 * 60;
/** Of the limit per address: so many addresses at once guess one account, or so many of its owner's devices are wrong. */
const ADDRESSES_AT_ONCE = 10;

/**
 * How often one may try to sign in, counted in this process.
 *
 * An account waits after wrong passwords from one address; from all addresses together it waits much later, since then strangers
 * could lock its owner out by guessing badly.
 */
export class SignInLimits {
  readonly #byAddress: AddressRateLimiter;
  readonly #byAccountAndAddress: RateLimiterMemory;
  readonly #byAccount: RateLimiterMemory;

  constructor(config: Pick<AuthConfig, 'signInsPerMinute' | 'wrongPasswords'>) {
    const { signInsPerMinute, wrongPasswords } = config;
    this.#byAddress = new AddressRateLimiter({ perMinute: signInsPerMinute });
    this.#byAccountAndAddress = new RateLimiterMemory({
      keyPrefix: 'here',
      points: wrongPasswords,
      duration: SHORT_S,
    });
    this.#byAccount = new RateLimiterMemory({
      keyPrefix: 'anywhere',
      points: wrongPasswords * ADDRESSES_AT_ONCE,
      duration: LONG_S,
    });
  }

  /** Before anything else is done for a sign-in. @throws {GameError} `RATE_LIMITED` */
  async admit(address: string): Promise<void> {
    await this.#byAddress.consume(address);
  }

  /**
   * Runs a check of `account`'s password. It counts as wrong until it was right, so that tries at once are all counted.
   *
   * @throws {GameError} `RATE_LIMITED`; what `check` throws
   */
  async guard<Result>(
    account: string,
    address: string,
    check: () => Promise<Result>,
  ): Promise<Result> {
    const here = `${account} ${addressGroup(address)}`;
    try {
      await this.#byAccountAndAddress.consume(here);
      await this.#byAccount.consume(account);
    } catch (refusal) {
      throw refusal instanceof RateLimiterRes ? mustWait(refusal.msBeforeNext) : refusal;
    }
    const result = await check();
    await this.#byAccountAndAddress.delete(here);
    await this.#byAccount.reward(account);
    return result;
  }
}

function mustWait(retryAfterMs: number): GameError {
  return new GameError('RATE_LIMITED', {}, { retryAfterMs });
}
