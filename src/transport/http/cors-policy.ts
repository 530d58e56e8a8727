/** How a page of some web origin may use this server. */
export type OriginStanding =
  /** No browser page, or the server's own pages: nothing to allow. */
  | 'same-origin'
  /** On the list: may read replies and send credentials. */
  | 'listed'
  /** Let in by `*`: may read replies, without credentials. */
  | 'public'
  | 'refused';

/** The two request headers that decide. */
export interface OriginHeaders {
  readonly origin: string | undefined;
  readonly host: string | undefined;
}

export type CorsHeaders = Readonly<Record<string, string>>;

const ALLOWED_METHODS = 'DELETE,GET,HEAD,PATCH,POST';
const ALLOWED_HEADERS = 'Authorization, Content-Type, Traceparent, X-Request-Id';
const EXPOSED_HEADERS = 'Retry-After, X-Request-Id';
/** How long a browser may remember a preflight, in seconds. Chromium caps it at two hours. */
const PREFLIGHT_MAX_AGE_S = 7_200;

/**
 * Which web origins may call this server from a browser. Requests without an `Origin` (games outside a browser, servers)
 * are not CORS's business: it protects players' browsers, not this server.
 */
export class CorsPolicy {
  readonly #listed: ReadonlySet<string>;
  readonly #isPublic: boolean;

  /** @param origins - as in `config.http.corsOrigins`: `https://game.example`, or `*` */
  constructor(origins: readonly string[]) {
    this.#listed = new Set(origins.map((origin) => origin.toLowerCase().replace(/\/$/, '')));
    this.#isPublic = this.#listed.has('*');
  }

  standingOf({ origin, host }: OriginHeaders): OriginStanding {
    if (origin === undefined) return 'same-origin';
    // A proxy that ends TLS changes the scheme we see but hands on the host, so hosts are compared.
    if (host !== undefined && hostOf(origin) === host.toLowerCase()) return 'same-origin';
    if (this.#listed.has(origin.toLowerCase())) return 'listed';
    return this.#isPublic ? 'public' : 'refused';
  }

  /** Headers of every reply, preflights included. A refused origin gets none that would let it read anything. */
  headersFor(request: OriginHeaders): CorsHeaders {
    // Caches must not hand one origin's reply to another.
    const vary = { Vary: 'Origin' };
    const standing = this.standingOf(request);
    if (standing === 'refused' || request.origin === undefined) return vary;
    return {
      ...vary,
      'Access-Control-Allow-Origin': standing === 'public' ? '*' : request.origin,
      ...(standing === 'public' ? {} : { 'Access-Control-Allow-Credentials': 'true' }),
      'Access-Control-Allow-Methods': ALLOWED_METHODS,
      'Access-Control-Allow-Headers': ALLOWED_HEADERS,
      'Access-Control-Expose-Headers': EXPOSED_HEADERS,
      'Access-Control-Max-Age': String(PREFLIGHT_MAX_AGE_S),
    };
  }
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}
