import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { GameError } from '../../errors/game-error.ts';
import { addressGroup } from './client-address.ts';

/** Counts what one address does per minute, in this process. */
export class AddressRateLimiter {
  readonly #limiter: RateLimiterMemory;

  constructor(options: { readonly perMinute: number }) {
    this.#limiter = new RateLimiterMemory({ points: options.perMinute, duration: 60 });
  }

  /**
   * @param address - as from `clientAddress`
   * @throws {GameError} `RATE_LIMITED` with the wait until the next minute starts for this address
   */
  async consume(address: string): Promise<void> {
    try {
      await this.#limiter.consume(addressGroup(address));
    } catch (refusal) {
      throw refusal instanceof RateLimiterRes ? rateLimited(refusal.msBeforeNext) : refusal;
    }
  }
}

function rateLimited(retryAfterMs: number): GameError {
  return new GameError('RATE_LIMITED', {}, { retryAfterMs });
}
