const HIDDEN = '[redacted]';

/**
 * What gives a secret away wherever it stands, also in the text of an error that somebody else has thrown. Each has letters that few lines
 * have, so that most are looked through once, quickly.
 */
const SECRETS: readonly { readonly hint: string; readonly form: RegExp; readonly to: string }[] = [
  // A JWT (RFC 7519): header and claims are JSON, which begins with `{"`.
  { hint: 'eyJ', form: /eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g, to: HIDDEN },
  // A refresh token (auth/refresh-token.ts).
  { hint: 'r_s_', form: /r_s_[0-9a-z]{1,32}\.p_[0-9a-z]{1,32}\.[\w-]{20,}/g, to: HIDDEN },
  { hint: 'earer ', form: /([Bb]earer +)[\w.~+/=-]{8,}/g, to: `$1${HIDDEN}` },
  { hint: 'asic ', form: /([Bb]asic +)[\w+/=-]{8,}/g, to: `$1${HIDDEN}` },
  // `user:password@` of an address.
  { hint: '://', form: /(:\/\/[^\s:@/"]*:)[^\s@/"]+@/g, to: `$1${HIDDEN}@` },
  // Parameters of an address.
  { hint: 'oken=', form: /(\b\w*[tT]oken=)[^\s&"\\]+/g, to: `$1${HIDDEN}` },
  { hint: '@', form: /[\w.+-]+@(?:[\w-]+\.)+[A-Za-z]{2,}/g, to: HIDDEN },
];

/** A line without tokens, passwords in addresses, and e-mail addresses. */
export function hideSecrets(line: string): string {
  let clean = line;
  for (const { hint, form, to } of SECRETS) {
    if (clean.includes(hint)) clean = clean.replace(form, to);
  }
  return clean;
}
