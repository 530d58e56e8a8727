import { randomBytes } from 'node:crypto';

// ULID (github.com/ulid/spec): 26 letters of Crockford's base32. 48 bits of wall clock, then 80 bits of chance.

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const TIME_LETTERS = 10;
const RANDOM_LETTERS = 16;

/** What a ULID looks like. The first letter has three bits only. */
export const ULID_PATTERN = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** A new id, unique over all regions; ids sort by the millisecond in which they were made. @param atMs - wall clock */
export function makeUlid(atMs: number): string {
  let time = '';
  for (let rest = Math.trunc(atMs); time.length < TIME_LETTERS; rest = Math.floor(rest / 32)) {
    time = `${ALPHABET[rest % 32]}${time}`;
  }
  // 32 letters divide 256, so the low five bits of a byte choose without bias.
  const letters = [...randomBytes(RANDOM_LETTERS)].map((byte) => ALPHABET[byte & 31]);
  return time + letters.join('');
}
