import { createHash, timingSafeEqual } from 'node:crypto';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { OperatorEntry } from '../config/operator-entry.ts';
import { GameError } from '../errors/game-error.ts';
import type { OperatorRole } from '../protocol/admin.ts';
import { PASSWORD_OPERATOR } from '../protocol/operator-session.ts';
import { addressGroup } from '../transport/http/client-address.ts';
import { isOperatorPassword } from './operator-password.ts';

/** Someone who is allowed in. */
export interface Operator {
  readonly name: string;
  readonly role: OperatorRole;
}

/** Wrong passwords for one name from one address in a minute. */
const WRONG_PER_NAME = 10;
/** Wrong passwords for whatever names from one address in a minute: each takes a thread a tenth of a second. */
const WRONG_PER_ADDRESS = 60;
const DURATION_S = 60;

/** Who may use the console, and by which password. */
export class Operators {
  readonly #password: string;
  readonly #entries: ReadonlyMap<string, OperatorEntry>;
  readonly #byName = new RateLimiterMemory({ points: WRONG_PER_NAME, duration: DURATION_S });
  readonly #byAddress = new RateLimiterMemory({ points: WRONG_PER_ADDRESS, duration: DURATION_S });

  /** @param options.password - of the admin who is called `operator`; empty: there is none */
  constructor(options: {
    readonly password: string;
    readonly entries: readonly OperatorEntry[];
  }) {
    this.#password = options.password;
    this.#entries = new Map(options.entries.map((entry) => [entry.name, entry]));
  }

  /** Whether anybody can get in at all. */
  get areThere(): boolean {
    return this.#password !== '' || this.#entries.size > 0;
  }

  /**
   * Every try counts as wrong until it was right, so that tries at once are all counted.
   *
   * @param address - the client's, for limits
   * @returns null when name and password do not belong together
   * @throws {GameError} `RATE_LIMITED` after too many wrong ones
   */
  async signIn(name: string, password: string, address: string): Promise<Operator | null> {
    const from = addressGroup(address);
    const here = `${name} ${from}`;
    try {
      await this.#byAddress.consume(from);
      await this.#byName.consume(here);
    } catch (refusal) {
      throw refusal instanceof RateLimiterRes ? mustWait(refusal.msBeforeNext) : refusal;
    }
    const operator = await this.#check(name, password);
    if (operator === null) return null;
    await this.#byName.delete(here);
    await this.#byAddress.reward(from);
    return operator;
  }

  async #check(name: string, password: string): Promise<Operator | null> {
    // Configured in clear, it needs no slow hash: who reads it has it. Scripts come with it once a second.
    if (name === PASSWORD_OPERATOR && this.#password !== '') {
      const isRight = timingSafeEqual(digest(password), digest(this.#password));
      return isRight ? { name, role: 'admin' } : null;
    }
    const entry = this.#entries.get(name);
    const isRight = await isOperatorPassword(password, entry?.passwordHash ?? null);
    return isRight && entry !== undefined ? { name, role: entry.role } : null;
  }
}

/** Equal lengths, as timingSafeEqual wants them. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function mustWait(retryAfterMs: number): GameError {
  return new GameError('RATE_LIMITED', {}, { retryAfterMs });
}
