import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { GameError } from '../errors/game-error.ts';

/**
 * The least that OWASP recommends for Argon2id: 19 MiB, two passes, one lane (Password Storage Cheat Sheet, "Argon2id").
 * https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
 */
const PARAMETERS = { memoryKib: 19_456, passes: 2, parallelism: 1 } as const;
const ALGORITHM = 'argon2id';
/** Of Argon2 1.3 (RFC 9106), the only one Node has. */
const VERSION = 19;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** Hashes at once: each takes a thread of libuv's four, which files and names wait for as well, and 19 MiB. */
const MOST_AT_ONCE = 2;
/** Beyond it whoever comes is asked to come back: 32 wait about half a second. */
const MOST_WAITING = 32;

/** `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>`, base64 without padding: PHC's format, as others read and write it. */
const PHC = /^\$argon2id\$v=(\d+)\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

interface Parameters {
  readonly memoryKib: number;
  readonly passes: number;
  readonly parallelism: number;
}

export interface PasswordCheck {
  readonly isRight: boolean;
  /** Whether the hash was made with other parameters than today's: hash anew while the password is at hand. */
  readonly isOutdated: boolean;
}

/** Argon2id by Node, off the main thread, a few at a time. */
export class PasswordHasher {
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /** @returns PHC's format. @throws {GameError} `RATE_LIMITED` when too many wait */
  async hash(password: string): Promise<string> {
    const salt = randomBytes(SALT_BYTES);
    const hash = await this.#derive(password, salt, { ...PARAMETERS, hashBytes: HASH_BYTES });
    const { memoryKib, passes, parallelism } = PARAMETERS;
    const costs = `m=${memoryKib},t=${passes},p=${parallelism}`;
    return `$${ALGORITHM}$v=${VERSION}$${costs}$${unpadded(salt)}$${unpadded(hash)}`;
  }

  /**
   * @param phc - null: there is no such account. It takes as long, or the time would tell
   * @throws {GameError} `RATE_LIMITED` when too many wait
   */
  async check(password: string, phc: string | null): Promise<PasswordCheck> {
    const stored = phc === null ? null : parsePhc(phc);
    if (stored === null) {
      await this.hash(password);
      return { isRight: false, isOutdated: false };
    }
    const { salt, hash, ...parameters } = stored;
    const derived = await this.#derive(password, salt, { ...parameters, hashBytes: hash.length });
    return {
      isRight: timingSafeEqual(derived, hash),
      isOutdated:
        parameters.memoryKib !== PARAMETERS.memoryKib ||
        parameters.passes !== PARAMETERS.passes ||
        parameters.parallelism !== PARAMETERS.parallelism,
    };
  }

  async #derive(
    password: string,
    nonce: Buffer,
    { memoryKib, passes, parallelism, hashBytes }: Parameters & { readonly hashBytes: number },
  ): Promise<Buffer> {
    await this.#turn();
    try {
      return await new Promise((resolve, reject) => {
        argon2(
          ALGORITHM,
          {
            // One way to write a letter: a keyboard may compose it, or not (RFC 8265 §4.1).
            message: password.normalize('NFC'),
            ...{ nonce, parallelism, passes, memory: memoryKib, tagLength: hashBytes },
          },
          (error, derived) => (error ? reject(error) : resolve(derived)),
        );
      });
    } finally {
      // Handed on rather than given back, or whoever comes now would go before those who wait.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }

  async #turn(): Promise<void> {
    if (this.#waiting.length >= MOST_WAITING) {
      throw new GameError('RATE_LIMITED', {}, { retryAfterMs: 1_000 });
    }
    if (this.#running < MOST_AT_ONCE) {
      this.#running += 1;
      return;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    await promise;
  }
}

function parsePhc(phc: string): (Parameters & { salt: Buffer; hash: Buffer }) | null {
  const [, version, memory, passes, parallelism, salt, hash] = PHC.exec(phc) ?? [];
  if (Number(version) !== VERSION || salt === undefined || hash === undefined) return null;
  return {
    memoryKib: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(hash, 'base64'),
  };
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}
