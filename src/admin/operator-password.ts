import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { OPERATOR_HASH_PATTERN } from '../config/operator-entry.ts';

/**
 * 32 MiB and three lanes: of the settings that OWASP holds equal, the one that does not take all of a small node's memory (Password Storage
 * Cheat Sheet, "scrypt"). https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
 */
const PARAMETERS = { logN: 15, blockSize: 8, lanes: 3 } as const;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** What a hash of the configuration may ask for, twice what ours does: it is no secret weapon against the node. */
const MOST_MEMORY_BYTES = 192 * 1024 * 1024;

interface Parameters {
  readonly logN: number;
  readonly blockSize: number;
  readonly lanes: number;
}

/** @returns `$scrypt$ln=15,r=8,p=3$<salt>$<hash>` */
export async function hashOperatorPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, salt, HASH_BYTES, PARAMETERS);
  const { logN, blockSize, lanes } = PARAMETERS;
  return `$scrypt$ln=${logN},r=${blockSize},p=${lanes}$${unpadded(salt)}$${unpadded(hash)}`;
}

/** @param hashed - null: there is no such operator. It takes as long, or the time would tell */
export async function isOperatorPassword(
  password: string,
  hashed: string | null,
): Promise<boolean> {
  const [, logN, blockSize, lanes, salt, hash] = OPERATOR_HASH_PATTERN.exec(hashed ?? '') ?? [];
  if (salt === undefined || hash === undefined) {
    await derive(password, Buffer.alloc(SALT_BYTES), HASH_BYTES, PARAMETERS);
    return false;
  }
  const wanted = Buffer.from(hash, 'base64');
  const parameters = { logN: Number(logN), blockSize: Number(blockSize), lanes: Number(lanes) };
  const derived = await derive(password, Buffer.from(salt, 'base64'), wanted.length, parameters);
  return timingSafeEqual(derived, wanted);
}

function derive(
  password: string,
  salt: Buffer,
  bytes: number,
  { logN, blockSize, lanes }: Parameters,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = { N: 2 ** logN, r: blockSize, p: lanes, maxmem: MOST_MEMORY_BYTES };
    // One way to write a letter: a keyboard may compose it, or not (RFC 8265 §4.1).
    scrypt(password.normalize('NFC'), salt, bytes, options, (error, derived) => {
      if (error === null) resolve(derived);
      else reject(error);
    });
  });
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}
