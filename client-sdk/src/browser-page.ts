// What a sign-in by redirect needs of a browser. Elsewhere there is none of it, and nothing is touched at import time.

/** The page of this client, as far as a redirect is concerned. */
export interface BrowserPage {
  /** Of the page now. */
  readonly href: string;
  /** Kept for this tab, over the way to the provider and back. */
  readonly tabStorage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  /** Leaves the page. */
  go(url: string): void;
  /** Shows another address for this page, without loading it. */
  showAddress(url: string): void;
  /** @returns null when the browser does not let it open */
  openPopup(url: string): Popup | null;
  /** Tells the page that opened this one where the provider has sent it, and closes. */
  handToOpener(callbackUrl: string): void;
}

export interface Popup {
  /** Resolves with the address it came back to; null: it was closed before. */
  readonly answer: Promise<string | null>;
}

interface Storage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

interface Channel {
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  postMessage(data: unknown): void;
  close(): void;
}

interface PageGlobals {
  readonly document?: object;
  readonly location?: { readonly href: string; assign(url: string): void };
  readonly history?: { replaceState(data: unknown, unused: string, url: string): void };
  readonly sessionStorage?: Storage;
  readonly BroadcastChannel?: new (name: string) => Channel;
  open?(url: string, target: string, features: string): { readonly closed: boolean } | null;
  close?(): void;
}

const CHANNEL = 'meridian.redirect';
const POPUP_FEATURES = 'popup,width=480,height=720';
const POPUP_LOOK_MS = 500;

/** @returns null outside of a browser */
export function browserOfPage(): BrowserPage | null {
  const page = globalThis as unknown as PageGlobals;
  const { location, history } = page;
  if (page.document === undefined || location === undefined || history === undefined) return null;
  return {
    get href() {
      return location.href;
    },
    tabStorage: tabStorageOf(page),
    go: (url) => location.assign(url),
    showAddress: (url) => history.replaceState(null, '', url),
    openPopup: (url) => openPopup(page, url),
    handToOpener: (callbackUrl) => {
      const channel = page.BroadcastChannel && new page.BroadcastChannel(CHANNEL);
      channel?.postMessage(callbackUrl);
      channel?.close();
      page.close?.();
    },
  };
}

/** A browser that blocks storage signs nobody in by redirect, but it does not break the page either. */
function tabStorageOf(page: PageGlobals): Storage {
  try {
    if (page.sessionStorage) return page.sessionStorage;
  } catch {
    // Even naming it throws where cookies are blocked.
  }
  return { getItem: () => null, setItem: () => undefined, removeItem: () => undefined };
}

/**
 * Not `postMessage` of the opener: providers cut that tie (Cross-Origin-Opener-Policy). A channel reaches every page of this origin,
 * and whose answer it is the state in it says.
 */
function openPopup(page: PageGlobals, url: string): Popup | null {
  if (page.BroadcastChannel === undefined) return null;
  const channel = new page.BroadcastChannel(CHANNEL);
  const popup = page.open?.(url, '_blank', POPUP_FEATURES) ?? null;
  if (popup === null) {
    channel.close();
    return null;
  }
  const state = new URL(url).searchParams.get('state');
  const answer = new Promise<string | null>((resolve) => {
    const end = (callbackUrl: string | null) => {
      clearInterval(timer);
      channel.close();
      resolve(callbackUrl);
    };
    channel.onmessage = ({ data }) => {
      if (typeof data === 'string' && stateOf(data) === state) end(data);
    };
    let looksClosed = 0;
    const timer = setInterval(() => {
      // Twice in a row: it closes itself right after it has answered, and the answer may come a moment later.
      looksClosed = popup.closed ? looksClosed + 1 : 0;
      if (looksClosed > 1) end(null);
    }, POPUP_LOOK_MS);
  });
  return { answer };
}

/** Of an address that a provider sent somebody to; null: it is none. */
export function stateOf(callbackUrl: string): string | null {
  if (!URL.canParse(callbackUrl)) return null;
  const { searchParams } = new URL(callbackUrl);
  const isAnswer = searchParams.has('code') || searchParams.has('error');
  return isAnswer ? searchParams.get('state') : null;
}
