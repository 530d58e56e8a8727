import {
  API_PREFIX,
  type IdentityList,
  type IdentityListing,
  type LinkRequest,
  type ProviderList,
  type ProviderListing,
  type ProviderProof,
  type ProviderStart,
  type SessionTokens,
} from '../../src/protocol/index.ts';
import type { AuthorizedHttp } from './authorized-http.ts';
import { type BrowserPage, stateOf } from './browser-page.ts';
import { DeviceKey } from './device-key.ts';
import type { HttpJson } from './http-json.ts';
import { MeridianError } from './meridian-error.ts';
import type { PlayerAccount, Session } from './session.ts';
import type { SessionStorage } from './session-storage.ts';

// Signing in by a provider leaves this page, or opens another one:
//
//   redirect:  signInWith ──▶ attempt into the tab's storage ──▶ provider ──▶ page again ── completeRedirect ──▶ signed in
//   popup:     signInWith ──▶ popup ──▶ provider ──▶ page in the popup ── completeRedirect: hands its address over, closes
//                   └──────────────────────────────── waits for it ◀──────────────┘ ──▶ signed in

/** What a player signs in with who has an account of our own. */
export interface EmailAccount {
  readonly email: string;
  readonly password: string;
}

/** How a provider is asked who the player is. */
export interface ProviderOptions {
  /** `redirect` (when absent) leaves the page; `popup` must be called from a click, and stays. */
  readonly mode?: 'redirect' | 'popup';
  /** Where the provider sends the player back; this page without its query when absent. The server has to allow it. */
  readonly redirectUri?: string;
  /** Of the platform, for providers whose flow is `ticket`. */
  readonly ticket?: string;
  /** Of a new player, 1–24 characters. */
  readonly displayName?: string;
}

export interface AuthDependencies {
  readonly http: HttpJson;
  readonly authorized: AuthorizedHttp;
  readonly session: Session;
  readonly storage: SessionStorage;
  readonly baseUrl: string;
  /** Null outside of a browser. */
  readonly browser: BrowserPage | null;
  readonly onPlayerChanged: () => void;
}

/** What is kept while the player is at the provider. */
interface KeptAttempt {
  readonly provider: string;
  readonly attempt: string;
  readonly state: string;
  readonly purpose: 'sign-in' | 'link';
  readonly displayName?: string;
}

const AUTH = `${API_PREFIX}/auth`;

/** Accounts. A sign-in replaces whoever was signed in; a link keeps him and adds a way to sign in as him. */
export class AuthApi {
  readonly #deps: AuthDependencies;
  readonly #attemptKey: string;
  readonly #deviceKey: DeviceKey;

  constructor(deps: AuthDependencies) {
    this.#deps = deps;
    this.#attemptKey = `meridian.attempt ${deps.baseUrl}`;
    this.#deviceKey = new DeviceKey(deps.storage, deps.baseUrl);
  }

  /** The player of this device, or a new one. Its key is made once, and kept beside the session. */
  async signInWithDevice(options: { readonly displayName?: string } = {}): Promise<PlayerAccount> {
    const deviceKey = await this.#deviceKey.get();
    return await this.#signIn('device', { ...options, deviceKey });
  }

  /** @throws {MeridianError} `IDENTITY_TAKEN`, `PASSWORD_REFUSED` (`details.reason`), `RATE_LIMITED`, … */
  async signUp(account: EmailAccount & { readonly displayName?: string }): Promise<PlayerAccount> {
    return await this.#signIn('email/sign-up', account);
  }

  /** @throws {MeridianError} `CREDENTIALS_WRONG`, `PLAYER_BANNED`, `RATE_LIMITED`, … */
  async signIn(account: EmailAccount): Promise<PlayerAccount> {
    return await this.#signIn('email/sign-in', account);
  }

  /** Changes the password; every other sign-in ends. @throws {MeridianError} `CREDENTIALS_WRONG`, `PASSWORD_REFUSED`, … */
  async changePassword(from: string, to: string): Promise<void> {
    const path = `${AUTH}/email/password`;
    const tokens = await this.#deps.authorized.request<SessionTokens>('POST', path, { from, to });
    await this.#deps.session.adopt(tokens);
  }

  /** Who vouches for players here. */
  async providers(): Promise<readonly ProviderListing[]> {
    const path = `${AUTH}/providers`;
    return (await this.#deps.http.request<ProviderList>({ method: 'GET', path })).providers;
  }

  /**
   * Signs in by a provider.
   *
   * @returns null: the page is being left, and `completeRedirect()` of the page that comes back has the player
   * @throws {MeridianError} `CLOSED` when the player closed the popup, or it could not be opened; `PROVIDER_REFUSED`, `PLAYER_BANNED`, …
   */
  async signInWith(provider: string, options: ProviderOptions = {}): Promise<PlayerAccount | null> {
    const { ticket } = options;
    const proof =
      ticket === undefined ? await this.#visit(provider, 'sign-in', options) : { ticket };
    return proof === null ? null : await this.#signInBy(provider, proof, options);
  }

  /**
   * Finishes a sign-in or link by redirect; to be called when the page starts. The address loses what the provider added.
   *
   * @returns null: this page does not come back from a provider
   * @throws {MeridianError} `PROVIDER_REFUSED`, `IDENTITY_TAKEN`, `PLAYER_BANNED`, …
   */
  async completeRedirect(): Promise<PlayerAccount | null> {
    const { browser, session } = this.#deps;
    const state = browser === null ? null : stateOf(browser.href);
    if (browser === null || state === null) return null;
    const callbackUrl = browser.href;
    const kept = this.#takeAttempt(browser);
    if (kept?.state !== state) {
      browser.handToOpener(callbackUrl);
      return null;
    }
    browser.showAddress(withoutQuery(callbackUrl));
    const { provider, attempt } = kept;
    const proof = { attempt, callbackUrl };
    if (kept.purpose === 'link') {
      await this.#link({ provider: { id: provider, ...proof } });
      return session.tokens;
    }
    return await this.#signInBy(provider, proof, kept);
  }

  /** The ways to sign in as this player; none: a guest. */
  async identities(): Promise<readonly IdentityListing[]> {
    const path = `${AUTH}/identities`;
    return (await this.#deps.authorized.request<IdentityList>('GET', path)).identities;
  }

  /** @throws {MeridianError} `IDENTITY_TAKEN`, `IDENTITY_EXISTS`, … — the same for all links */
  async linkEmail(email: EmailAccount): Promise<readonly IdentityListing[]> {
    return await this.#link({ email });
  }

  async linkDevice(): Promise<readonly IdentityListing[]> {
    return await this.#link({ device: { deviceKey: await this.#deviceKey.get() } });
  }

  /** @returns null: the page is being left; `completeRedirect()` of the page that comes back finishes it */
  async linkWith(
    provider: string,
    options: Omit<ProviderOptions, 'displayName'> = {},
  ): Promise<readonly IdentityListing[] | null> {
    const { ticket } = options;
    const proof = ticket === undefined ? await this.#visit(provider, 'link', options) : { ticket };
    return proof === null ? null : await this.#link({ provider: { id: provider, ...proof } });
  }

  /** @throws {MeridianError} `IDENTITY_UNKNOWN`, `IDENTITY_LAST` */
  async unlink(provider: string): Promise<void> {
    const path = `${AUTH}/identities/${encodeURIComponent(provider)}`;
    await this.#deps.authorized.request('DELETE', path);
  }

  /** Ends every sign-in of this player, on all devices. */
  async signOutEverywhere(): Promise<void> {
    await this.#deps.authorized.request('POST', `${AUTH}/sign-out-everywhere`);
    await this.#deps.session.signOut();
    this.#deps.onPlayerChanged();
  }

  async #signInBy(
    provider: string,
    proof: ProviderProof,
    { displayName }: Pick<ProviderOptions, 'displayName'>,
  ): Promise<PlayerAccount> {
    const name = displayName === undefined ? {} : { displayName };
    return await this.#signIn(`providers/${encodeURIComponent(provider)}/sign-in`, {
      ...proof,
      ...name,
    });
  }

  async #signIn(path: string, body: unknown): Promise<PlayerAccount> {
    const request = { method: 'POST', path: `${AUTH}/${path}`, body } as const;
    const tokens = await this.#deps.http.request<SessionTokens>(request);
    const player = await this.#deps.session.adopt(tokens);
    this.#deps.onPlayerChanged();
    return player;
  }

  async #link(request: LinkRequest): Promise<readonly IdentityListing[]> {
    const path = `${AUTH}/identities`;
    const reply = await this.#deps.authorized.request<IdentityList>('POST', path, request);
    return reply.identities;
  }

  /** Sends the player to the provider. @returns null: in this very page */
  async #visit(
    provider: string,
    purpose: KeptAttempt['purpose'],
    options: ProviderOptions,
  ): Promise<ProviderProof | null> {
    const { browser, http } = this.#deps;
    if (browser === null) throw noPage('A redirect needs a browser; outside of one give a ticket.');
    const { redirectUri = withoutQuery(browser.href), displayName } = options;
    const { authorizationUrl, attempt } = await http.request<ProviderStart>({
      method: 'POST',
      path: `${AUTH}/providers/${encodeURIComponent(provider)}/start`,
      body: { redirectUri },
    });
    if (options.mode === 'popup') {
      const popup = browser.openPopup(authorizationUrl);
      if (popup === null) throw noPage('The browser did not open the popup.');
      const callbackUrl = await popup.answer;
      if (callbackUrl === null) throw noPage('The popup was closed.');
      return { attempt, callbackUrl };
    }
    const state = new URL(authorizationUrl).searchParams.get('state') ?? '';
    const name = displayName === undefined ? {} : { displayName };
    const kept: KeptAttempt = { provider, attempt, state, purpose, ...name };
    browser.tabStorage.setItem(this.#attemptKey, JSON.stringify(kept));
    browser.go(authorizationUrl);
    return null;
  }

  /** It is used once, whatever comes of it. */
  #takeAttempt({ tabStorage }: BrowserPage): KeptAttempt | null {
    const text = tabStorage.getItem(this.#attemptKey);
    if (text === null) return null;
    tabStorage.removeItem(this.#attemptKey);
    return JSON.parse(text) as KeptAttempt;
  }
}

function withoutQuery(address: string): string {
  const url = new URL(address);
  url.search = '';
  url.hash = '';
  return url.href;
}

function noPage(message: string): MeridianError {
  return new MeridianError({ code: 'CLOSED', message, retryable: true });
}
