/** Why a password is not taken, as `details.reason` of `PASSWORD_REFUSED`. */
export type PasswordRefusal = 'too-short' | 'too-long' | 'too-common' | 'like-the-email';

/** NIST SP 800-63B §5.1.1.2: at least 8, no rules of composition, common ones refused. */
const LEAST_LENGTH = 8;
/** Beyond a sentence; bounded, so that nobody sends books. */
const MOST_LENGTH = 128;
/** Different characters: `aaaaaaaa` and `abababab` are guessed first. */
const LEAST_DIFFERENT = 4;
/** Of the lists of leaked passwords, those of eight characters and more that come first. */
const COMMON: ReadonlySet<string> = new Set(
  `12345678 123456789 1234567890 0123456789 87654321 987654321 password password1 password12 password123 passw0rd p@ssw0rd
   qwertyui qwertyuiop qwerty123 qwerty12345 1q2w3e4r 1q2w3e4r5t 1qaz2wsx q1w2e3r4 zaq12wsx asdfghjkl asdfasdf iloveyou
   sunshine princess football baseball superman batman123 trustno1 starwars whatever letmein1 welcome1 welcome123 admin123
   administrator abcd1234 abc12345 a1b2c3d4 computer internet michelle jennifer changeme dragon123 monkey123 minecraft
   fortnite pokemon1 liverpool chocolate butterfly 11223344 12341234 11111111 00000000`.split(
    /\s+/,
  ),
);

/** @returns null: it will do */
export function passwordRefusal(password: string, email: string): PasswordRefusal | null {
  const characters = [...password.normalize('NFC')];
  if (characters.length < LEAST_LENGTH) return 'too-short';
  if (characters.length > MOST_LENGTH) return 'too-long';
  const lower = password.toLowerCase();
  const [name = ''] = email.split('@');
  if (lower === email || lower === name) return 'like-the-email';
  const isCommon = COMMON.has(lower) || new Set(characters).size < LEAST_DIFFERENT;
  return isCommon ? 'too-common' : null;
}
