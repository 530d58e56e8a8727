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

/** What is a secret by its name, whatever it looks like. */
const NAMED = /[{,]"(?:accessToken|refreshToken|token|authorization|cookie|password|email)":/g;

/**
 * A line of JSON without the values whose names say that they are secrets, however deep they lie.
 *
 * The whole line is looked through once. pino's own redaction takes each value apart for each path, ten times the cost of the line:
 * a quarter of a millisecond, which every request had to pay (docs/spec/tracing.md, TR-13).
 *
 * @param line - as `JSON.stringify` writes: no spaces, and no quote within a text that is not escaped
 */
export function hideNamedSecrets(line: string): string {
  let clean = '';
  let from = 0;
  for (const { 0: name, index } of line.matchAll(NAMED)) {
    // Within one that is hidden already.
    if (index < from) continue;
    const begin = index + name.length;
    clean += `${line.slice(from, begin)}"${HIDDEN}"`;
    from = endOfValue(line, begin);
  }
  return from === 0 ? line : clean + line.slice(from);
}

/** Behind the JSON value that begins at `begin`. */
function endOfValue(line: string, begin: number): number {
  let depth = 0;
  let at = begin;
  for (; at < line.length; at++) {
    const char = line[at];
    if (char === '"') at = endOfText(line, at);
    else if (char === '{' || char === '[') depth++;
    else if (char === '}' || char === ']') {
      if (depth === 0) return at;
      depth--;
    } else if (char === ',' && depth === 0) return at;
  }
  return at;
}

/** The quote that ends the text whose first quote is at `begin`. */
function endOfText(line: string, begin: number): number {
  let at = begin + 1;
  while (at < line.length && line[at] !== '"') at += line[at] === '\\' ? 2 : 1;
  return at;
}
