import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../shared/clock.ts';
import type { Operator } from './operators.ts';

/** What a session that was found tells. */
export interface LiveSession {
  readonly operator: Operator;
  /** Wall clock, ms. */
  readonly expiresAtMs: number;
}

interface Session extends LiveSession {
  readonly endsAtMs: number;
}

const TOKEN_BYTES = 32;
/** Sessions at once; the oldest goes. Operators are few. */
const MOST_SESSIONS = 500;

/**
 * Who is signed in at this node. In memory: a sign-out holds at once, and a node that is started anew asks again.
 *
 * Tokens are kept as SHA-256: a picture of the memory is no key, and looking one up tells nothing by its time.
 */
export class OperatorSessions {
  readonly #clock: Clock;
  readonly #ttlMs: number;
  readonly #sessions = new Map<string, Session>();

  constructor(deps: { readonly clock: Clock }, options: { readonly ttlMs: number }) {
    this.#clock = deps.clock;
    this.#ttlMs = options.ttlMs;
  }

  /** @returns the token, for his cookie */
  start(operator: Operator): { readonly token: string; readonly session: LiveSession } {
    this.#sweep();
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const session = {
      operator,
      expiresAtMs: this.#clock.wallMs() + this.#ttlMs,
      endsAtMs: this.#clock.monotonicMs() + this.#ttlMs,
    };
    this.#sessions.set(keyOf(token), session);
    return { token, session };
  }

  /** @returns null for a token that is none (any more) */
  find(token: string): LiveSession | null {
    const session = this.#sessions.get(keyOf(token));
    if (session === undefined || session.endsAtMs <= this.#clock.monotonicMs()) return null;
    return session;
  }

  /** The token is worth nothing from now on. */
  end(token: string): void {
    this.#sessions.delete(keyOf(token));
  }

  #sweep(): void {
    const nowMs = this.#clock.monotonicMs();
    for (const [key, { endsAtMs }] of this.#sessions) {
      if (endsAtMs > nowMs && this.#sessions.size < MOST_SESSIONS) return;
      this.#sessions.delete(key);
    }
  }
}

function keyOf(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}
