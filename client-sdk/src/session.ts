import {
  API_PREFIX,
  type GuestSignInRequest,
  type RefreshRequest,
  type SessionTokens,
} from '../../src/protocol/index.ts';
import type { HttpJson } from './http-json.ts';
import { MeridianError } from './meridian-error.ts';
import type { SessionStorage } from './session-storage.ts';

/** Who somebody plays as. */
export interface PlayerAccount {
  readonly playerId: string;
  readonly displayName: string;
}

/** Who this client plays as. */
export interface SignedInPlayer extends PlayerAccount {
  /** False when a stored session was taken up again. */
  readonly isNew: boolean;
}

export interface SessionDependencies {
  readonly http: HttpJson;
  readonly storage: SessionStorage;
  readonly storageKey: string;
  /** Wall clock, ms since the Unix epoch. */
  readonly nowMs: () => number;
  /**
   * Runs one task at a time per name, over all tabs of a browser. Refresh tokens are single use: two tabs that refresh at
   * once would sign each other out.
   */
  readonly exclusively: <Result>(name: string, task: () => Promise<Result>) => Promise<Result>;
}

/** An access token this close to its end is refreshed before it is used. */
const REFRESH_MARGIN_MS = 30_000;
/** A token fresh from the server is used for at least this long, even when the local clock says it has expired. */
const TRUST_FRESH_MS = 10_000;

/**
 * The tokens of one player: kept in storage, refreshed before they expire, never twice at once.
 *
 *   signed out ──guest / stored──▶ signed in ──expiring──▶ refreshing ──▶ signed in
 *        ▲                                                      │ refused: TOKEN_INVALID, TOKEN_EXPIRED
 *        └──────────────────────────────────────────────────────┘
 */
export class Session {
  readonly #deps: SessionDependencies;
  #tokens: SessionTokens | null = null;
  #receivedAtMs = Number.NEGATIVE_INFINITY;
  #loading: Promise<void> | null = null;
  #refreshing: Promise<string> | null = null;
  #signingIn: Promise<SignedInPlayer> | null = null;

  constructor(deps: SessionDependencies) {
    this.#deps = deps;
  }

  get tokens(): SessionTokens | null {
    return this.#tokens;
  }

  /** Takes up the stored session, or becomes a new guest when there is none that the server still knows. */
  signInAsGuest(request: GuestSignInRequest): Promise<SignedInPlayer> {
    this.#signingIn ??= this.#signIn(request).finally(() => {
      this.#signingIn = null;
    });
    return this.#signingIn;
  }

  /** Plays as another player from now on, or as the same with new tokens. */
  async adopt(tokens: SessionTokens): Promise<PlayerAccount> {
    // What is under way for the last player must not overwrite this one.
    await this.#signingIn?.catch(() => undefined);
    await this.#refreshing?.catch(() => undefined);
    this.#loading = Promise.resolve();
    await this.#keep(tokens);
    return { playerId: tokens.playerId, displayName: tokens.displayName };
  }

  /** A token that is good for the next request; null when nobody is signed in. */
  async accessToken(): Promise<string | null> {
    await this.#load();
    if (this.#tokens === null) return null;
    if (this.#isUsable(this.#tokens)) return this.#tokens.accessToken;
    return await this.refresh(this.#tokens.accessToken);
  }

  /**
   * @param refused - the access token that is no good any more; when another call has replaced it, that one is returned
   * @throws {MeridianError} `TOKEN_INVALID` or `TOKEN_EXPIRED`: signed out, sign in again
   */
  async refresh(refused: string): Promise<string> {
    if (this.#refreshing !== null) return await this.#refreshing;
    if (this.#tokens !== null && this.#tokens.accessToken !== refused) {
      return this.#tokens.accessToken;
    }
    this.#refreshing = this.#deps
      .exclusively(this.#deps.storageKey, () => this.#refreshStored(refused))
      .finally(() => {
        this.#refreshing = null;
      });
    return await this.#refreshing;
  }

  /** Forgets the player on this device, and tells the server, if it can be reached. */
  async end(): Promise<void> {
    await this.#load();
    const refreshToken = this.#tokens?.refreshToken;
    await this.signOut();
    if (refreshToken === undefined) return;
    const body: RefreshRequest = { refreshToken };
    const path = `${API_PREFIX}/auth/sign-out`;
    // Signed out on this device whatever the server says: what it keeps ends by itself.
    await this.#deps.http.request({ method: 'POST', path, body }).catch(() => undefined);
  }

  /** Forgets the player on this device. */
  async signOut(): Promise<void> {
    this.#tokens = null;
    this.#loading = Promise.resolve();
    await this.#deps.storage.removeItem(this.#deps.storageKey);
  }

  async #signIn(request: GuestSignInRequest): Promise<SignedInPlayer> {
    try {
      if ((await this.accessToken()) !== null && this.#tokens !== null) {
        const { playerId, displayName } = this.#tokens;
        return { playerId, displayName, isNew: false };
      }
    } catch (error) {
      // The server no longer knows the stored guest. Anything else (no network) must not cost the player his identity.
      if (!isRefused(error)) throw error;
    }
    const tokens = await this.#deps.http.request<SessionTokens>({
      method: 'POST',
      path: `${API_PREFIX}/auth/guest`,
      body: request,
    });
    await this.#keep(tokens);
    return { playerId: tokens.playerId, displayName: tokens.displayName, isNew: true };
  }

  async #refreshStored(refused: string): Promise<string> {
    const stored = await this.#read();
    if (stored !== null && stored.accessToken !== refused && this.#isUsable(stored)) {
      // Another tab was faster.
      this.#tokens = stored;
      return stored.accessToken;
    }
    const refreshToken = (stored ?? this.#tokens)?.refreshToken;
    try {
      if (refreshToken === undefined) throw signedOut();
      const body: RefreshRequest = { refreshToken };
      const tokens = await this.#deps.http.request<SessionTokens>({
        method: 'POST',
        path: `${API_PREFIX}/auth/refresh`,
        body,
      });
      await this.#keep(tokens);
      return tokens.accessToken;
    } catch (error) {
      if (isRefused(error)) await this.signOut();
      throw error;
    }
  }

  #load(): Promise<void> {
    this.#loading ??= this.#read().then((stored) => {
      this.#tokens = stored;
    });
    return this.#loading;
  }

  async #read(): Promise<SessionTokens | null> {
    const text = await this.#deps.storage.getItem(this.#deps.storageKey);
    if (!text) return null;
    try {
      const stored: unknown = JSON.parse(text);
      return isSessionTokens(stored) ? stored : null;
    } catch {
      // Written by somebody else, or cut short: as good as absent.
      return null;
    }
  }

  async #keep(tokens: SessionTokens): Promise<void> {
    this.#tokens = tokens;
    this.#receivedAtMs = this.#deps.nowMs();
    await this.#deps.storage.setItem(this.#deps.storageKey, JSON.stringify(tokens));
  }

  #isUsable(tokens: SessionTokens): boolean {
    const nowMs = this.#deps.nowMs();
    if (tokens.accessTokenExpiresAtMs - nowMs > REFRESH_MARGIN_MS) return true;
    // A wrong local clock must not lead to a refresh per request; the server says TOKEN_EXPIRED when it is so.
    const isFresh = tokens === this.#tokens && nowMs - this.#receivedAtMs < TRUST_FRESH_MS;
    return isFresh;
  }
}

function isRefused(error: unknown): boolean {
  return (
    error instanceof MeridianError &&
    (error.code === 'TOKEN_INVALID' || error.code === 'TOKEN_EXPIRED')
  );
}

function signedOut(): MeridianError {
  return new MeridianError({
    code: 'TOKEN_INVALID',
    message: 'The session has ended; sign in again.',
    retryable: false,
  });
}

function isSessionTokens(value: unknown): value is SessionTokens {
  const tokens = value as Partial<SessionTokens> | null;
  return (
    typeof tokens === 'object' &&
    typeof tokens?.accessToken === 'string' &&
    typeof tokens.refreshToken === 'string' &&
    typeof tokens.accessTokenExpiresAtMs === 'number' &&
    typeof tokens.playerId === 'string'
  );
}
