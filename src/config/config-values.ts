import { isIP } from 'node:net';
import { z } from 'zod';

// Values that several sections of the configuration have.

export const port = z.coerce.number().int().min(0).max(65_535);

export const count = z.coerce.number().int().positive();

export const durationMs = z.coerce.number().int().positive();

/** A list, or its items in one string with commas between. */
export function commaList<Item extends string>(item: z.ZodType<Item>) {
  return z.preprocess(
    (value) =>
      typeof value === 'string'
        ? value
            .split(',')
            .map((part) => part.trim())
            .filter((part) => part !== '')
        : value,
    z.array(item),
  );
}

/** `OTEL_EXPORTER_OTLP_HEADERS`: W3C Baggage without its properties. */
export function headerList(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const pairs = value.split(',').filter((pair) => pair.trim() !== '');
  const split = pairs.map((pair) => {
    const at = pair.indexOf('=');
    return at < 1 ? null : [pair.slice(0, at).trim(), decodeText(pair.slice(at + 1).trim())];
  });
  return split.includes(null) ? value : Object.fromEntries(split as [string, string][]);
}

export const webOrigin = z.string().refine((value) => value === '*' || isWebOrigin(value), {
  message: 'wants origins such as https://game.example, or *',
});

export const proxyRange = z.string().refine(isProxyRange, {
  message: 'wants addresses, CIDR ranges, or loopback, linklocal, uniquelocal',
});

/** For a check across keys: runs unless one of them is wrong in itself, so that all problems are told at once. */
export function areSound(...paths: readonly string[]): (payload: z.core.ParsePayload) => boolean {
  return ({ issues }) => {
    // A wrong item makes its list wrong: the dot ends a key.
    const wrong = issues.map(({ path = [] }) => `${path.join('.')}.`);
    return !paths.some((path) => wrong.some((each) => each.startsWith(`${path}.`)));
  };
}

function decodeText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function isWebOrigin(value: string): boolean {
  // A trailing slash is forgiven, a path is not: browsers send none.
  return URL.canParse(value) && new URL(value).origin === value.toLowerCase().replace(/\/$/, '');
}

function isProxyRange(value: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(value)) return true;
  const [address = '', bits, ...rest] = value.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d+$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}
