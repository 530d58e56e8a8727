import type { MatchmakingHello, MatchmakingPush } from '../../src/protocol/index.ts';
import { type BackoffOptions, fullJitterDelayMs } from './backoff.ts';
import { signedOutError, timeoutError } from './error-mapping.ts';
import { listenToHost } from './host.ts';
import { Listeners } from './listeners.ts';
import { readPush } from './matchmaking-push.ts';
import { MeridianError } from './meridian-error.ts';
import type { Session } from './session.ts';
import { dropSocket, type TextSocket } from './text-socket.ts';

// One push socket for a client, open while somebody holds it:
//
//   closed ──hold──▶ greeting: token, socket, hello ──{ ticket, party }──▶ live ──▶ pushes
//     ▲                 ▲         │ lost, silent, refused for now            │ lost
//     │                 └─ wait ◀─┴──────────────────────────────────────────┘
//     └── nobody holds it any more, or the server refuses the player for good
//
// Nothing is remembered over a loss: the frame that says all is the whole truth of the new socket.

export interface MatchmakingFeedDependencies {
  /** `ws(s)://` address. */
  readonly url: string;
  /** May throw, as browsers do for `ws:` on an `https:` page. */
  readonly openSocket: (url: string) => TextSocket;
  readonly session: Pick<Session, 'accessToken' | 'refresh'>;
  /** 0 <= random() < 1 */
  readonly random: () => number;
  /** Monotonic, ms. */
  readonly nowMs: () => number;
}

/** What the player has, or what of it has changed. */
export type MatchmakingNews = Exclude<MatchmakingPush, { readonly error: unknown }>;

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const BACKOFF: BackoffOptions = { baseDelayMs: 250, maxDelayMs: 4_000 };
/** From the opening to the frame that says all. */
const GREETING_TIMEOUT_MS = 8_000;
/** A socket that is lost sooner was none: the waits go on growing. */
const STEADY_AFTER_MS = 5_000;
/** A page that is looked at again asks anew after so much silence. Its socket may be dead, and must not be spoken on. */
const DOUBT_AFTER_MS = 10_000;

export class MatchmakingFeed {
  readonly #deps: MatchmakingFeedDependencies;
  readonly #onNews = new Listeners<MatchmakingNews>();
  readonly #onRefused = new Listeners<MeridianError>();
  readonly #waiters = new Set<Waiter>();
  #holds = 0;
  #phase: 'closed' | 'waiting' | 'greeting' | 'live' = 'closed';
  #socket: TextSocket | null = null;
  /** Changes with each start: what an older one still brings is not heard. */
  #start = 0;
  /** Losses in a row. */
  #losses = 0;
  #heardAtMs = 0;
  #liveAtMs = 0;
  /** The end of the wait, or of the time to greet. */
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopListening: (() => void) | null = null;

  constructor(deps: MatchmakingFeedDependencies) {
    this.#deps = deps;
  }

  /** @returns the removal, as `onRefused` does */
  onNews(listener: (news: MatchmakingNews) => void): () => void {
    return this.#onNews.add(listener);
  }

  /** The server does not let this player in; it is asked again at the next `hold` or `wake`. */
  onRefused(listener: (error: MeridianError) => void): () => void {
    return this.#onRefused.add(listener);
  }

  /** Keeps the socket open. @returns lets it go, once */
  hold(): () => void {
    this.#holds += 1;
    this.wake();
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#holds -= 1;
      if (this.#holds === 0) this.#close();
    };
  }

  /** Somebody has signed in: a refusal of before counts no more. */
  wake(): void {
    if (this.#holds > 0 && this.#phase === 'closed') this.#greet();
  }

  /** Asks for the whole truth again, on a new socket. */
  renew(): void {
    if (this.#phase !== 'closed') this.#greet();
  }

  /** What is on its way may have been read before what was just done: it is asked for again. */
  renewGreeting(): void {
    if (this.#phase === 'greeting') this.#greet();
  }

  /** Nobody is signed in any more. */
  forget(): void {
    this.#close();
    this.#settle((waiter) => waiter.reject(signedOutError()));
  }

  /**
   * Until everything the player has was heard. Hold the feed meanwhile.
   *
   * @throws {MeridianError} `TIMEOUT`, or why the server does not let the player in
   */
  async caughtUp(withinMs: number): Promise<void> {
    if (this.#phase === 'live') return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        reject(timeoutError('Matchmaking', withinMs));
      }, withinMs);
      const waiter: Waiter = {
        resolve: () => {
          clearTimeout(timer);
          resolve();
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      this.#waiters.add(waiter);
    });
  }

  #greet(): void {
    this.#drop();
    this.#phase = 'greeting';
    this.#listenToHost();
    const start = this.#start;
    this.#timer = setTimeout(() => this.#lost(), GREETING_TIMEOUT_MS);
    void this.#token().then((accessToken) => {
      if (accessToken !== null && this.#start === start) this.#open(accessToken);
    });
  }

  /** @returns null when there is none; what follows from that has been done */
  async #token(): Promise<string | null> {
    const start = this.#start;
    try {
      const accessToken = await this.#deps.session.accessToken();
      if (accessToken === null && this.#start === start) this.#refuse(signedOutError());
      return accessToken;
    } catch (error) {
      if (this.#start === start) this.#failed(error);
      return null;
    }
  }

  #open(accessToken: string): void {
    let socket: TextSocket;
    try {
      socket = this.#deps.openSocket(this.#deps.url);
    } catch {
      // No such scheme here, or mixed content; it may be another page's setting, so it counts as out of reach.
      this.#lost();
      return;
    }
    this.#socket = socket;
    const hello: MatchmakingHello = { accessToken };
    socket.onopen = () => socket.send(JSON.stringify(hello));
    socket.onmessage = ({ data }) => this.#hear(data, accessToken);
    // The close that follows ends it.
    socket.onerror = () => {};
    socket.onclose = () => this.#lost();
  }

  #hear(data: unknown, accessToken: string): void {
    this.#heardAtMs = this.#deps.nowMs();
    const push = readPush(data);
    if (push === null) return;
    if ('error' in push) {
      this.#drop();
      this.#refused(new MeridianError(push.error), accessToken);
      return;
    }
    const isAll = push.ticket !== undefined && push.party !== undefined;
    if (isAll && this.#phase === 'greeting') {
      clearTimeout(this.#timer);
      this.#phase = 'live';
      this.#liveAtMs = this.#heardAtMs;
    }
    this.#onNews.emit(push);
    if (this.#phase === 'live') this.#settle((waiter) => waiter.resolve());
  }

  #refused(error: MeridianError, accessToken: string): void {
    if (error.code !== 'TOKEN_EXPIRED') {
      this.#failed(error);
      return;
    }
    const start = this.#start;
    this.#deps.session.refresh(accessToken).then(
      // Not at once: a token that is refused right after it was issued will not get better.
      () => this.#start === start && this.#lost(),
      (cause: unknown) => this.#start === start && this.#failed(cause),
    );
  }

  #failed(error: unknown): void {
    if (error instanceof MeridianError && !error.retryable) this.#refuse(error);
    else this.#lost(error instanceof MeridianError ? (error.retryAfterMs ?? 0) : 0);
  }

  #refuse(error: MeridianError): void {
    this.#close();
    this.#onRefused.emit(error);
    this.#settle((waiter) => waiter.reject(error));
  }

  /** @param leastMs - wait that the server asked for */
  #lost(leastMs = 0): void {
    const wasSteady =
      this.#phase === 'live' && this.#deps.nowMs() - this.#liveAtMs >= STEADY_AFTER_MS;
    this.#losses = wasSteady ? 1 : this.#losses + 1;
    this.#drop();
    this.#phase = 'waiting';
    const delayMs = leastMs + fullJitterDelayMs(this.#losses, BACKOFF, this.#deps.random());
    this.#timer = setTimeout(() => this.#greet(), delayMs);
  }

  #close(): void {
    this.#drop();
    this.#phase = 'closed';
    this.#losses = 0;
    this.#stopListening?.();
    this.#stopListening = null;
  }

  #drop(): void {
    this.#start += 1;
    clearTimeout(this.#timer);
    if (this.#socket !== null) dropSocket(this.#socket);
    this.#socket = null;
  }

  #listenToHost(): void {
    this.#stopListening ??= listenToHost({
      onOnline: () => this.renew(),
      onVisible: () => {
        const isSilent = this.#deps.nowMs() - this.#heardAtMs >= DOUBT_AFTER_MS;
        if (this.#phase === 'waiting' || (this.#phase === 'live' && isSilent)) this.renew();
      },
    });
  }

  #settle(tell: (waiter: Waiter) => void): void {
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    for (const waiter of waiters) tell(waiter);
  }
}
