// What the surroundings may offer: a browser has all of it, Node and React Native have parts. Nothing is touched at import
// time, and no DOM type is needed to compile a Node program that uses this SDK.

interface HostGlobals {
  readonly location?: { readonly origin?: string };
  readonly document?: {
    readonly visibilityState: string;
    addEventListener(type: 'visibilitychange', listener: () => void): void;
    removeEventListener(type: 'visibilitychange', listener: () => void): void;
  };
  readonly navigator?: {
    readonly locks?: {
      request<Result>(name: string, task: () => Promise<Result>): Promise<Result>;
    };
    /** Network Information API: Chromium only. */
    readonly connection?: {
      addEventListener?(type: 'change', listener: () => void): void;
      removeEventListener?(type: 'change', listener: () => void): void;
    };
  };
  readonly addEventListener?: (type: 'online', listener: () => void) => void;
  readonly removeEventListener?: (type: 'online', listener: () => void) => void;
}

const host = (): HostGlobals => globalThis as HostGlobals;

export interface HostListener {
  /** The page is looked at again. */
  readonly onVisible: () => void;
  /** Nobody looks at the page any more. */
  readonly onHidden?: () => void;
  /** The network is back. (When it goes, Colyseus itself drops its sockets.) */
  readonly onOnline: () => void;
}

/** @returns stops listening; a no-op where the host has no such events */
export function listenToHost(listener: HostListener): () => void {
  const { document, addEventListener, removeEventListener } = host();
  const onVisibilityChange = () => {
    if (document?.visibilityState === 'visible') listener.onVisible();
    else listener.onHidden?.();
  };
  document?.addEventListener('visibilitychange', onVisibilityChange);
  const hasNetworkEvents = typeof addEventListener === 'function';
  if (hasNetworkEvents) {
    addEventListener.call(globalThis, 'online', listener.onOnline);
  }
  return () => {
    document?.removeEventListener('visibilitychange', onVisibilityChange);
    if (!hasNetworkEvents) return;
    removeEventListener?.call(globalThis, 'online', listener.onOnline);
  };
}

/**
 * The device may be on another network, or on the same one with other figures: browsers do not tell which.
 *
 * @returns stops listening; a no-op where the host has no such event
 */
export function listenToConnection(onChange: () => void): () => void {
  const connection = host().navigator?.connection;
  connection?.addEventListener?.('change', onChange);
  return () => connection?.removeEventListener?.('change', onChange);
}

/** Whether nobody looks at the page: timers are slowed down then, and what is measured with them. */
export function isPageHidden(): boolean {
  return host().document?.visibilityState === 'hidden';
}

/** Origin of the page, for clients of the server that served it. */
export function pageOrigin(): string | undefined {
  const origin = host().location?.origin;
  return origin?.startsWith('http') ? origin : undefined;
}

/** One task at a time per name over all tabs where the Web Locks API exists; elsewhere there is one tab. */
export async function exclusively<Result>(
  name: string,
  task: () => Promise<Result>,
): Promise<Result> {
  const locks = host().document === undefined ? undefined : host().navigator?.locks;
  return locks === undefined ? await task() : await locks.request(name, task);
}
