import type { KeyObject } from 'node:crypto';
import { errors, type JWTHeaderParameters } from 'jose';
import { SigningKeyEntry } from '../config/auth-entry.ts';
import { GameError } from '../errors/game-error.ts';
import type { Clock } from '../shared/clock.ts';
import type { Logger } from '../telemetry/logger.ts';
import { type JsonWebKeySet, PublicKeys, type TokenKeys } from './signing-keys.ts';

// A node without the auth service has its public keys, and nothing to sign with:
//
//   start ──▶ ask ──no answer──▶ again in a second
//              └─answer──▶ again in a minute; a kid that is not among them: ask at once, every few seconds at most
//
// While nobody answers, the keys that are known count on: a token of one of them needs nobody.

const REFRESH_MS = 60_000;
const RETRY_MS = 1_000;
/** Anybody can make up a kid: how often such a token may make this node ask. */
const ASK_AGAIN_AFTER_MS = 5_000;

export interface FetchedKeysDeps {
  readonly fetch: () => Promise<JsonWebKeySet>;
  /** Those of this process: the shared secret, and keys of its own configuration. */
  readonly own: TokenKeys & { knows(kid: string): boolean };
  readonly clock: Clock;
  readonly log: Logger;
}

/** The keys that the auth service signs access tokens with. */
export class FetchedKeys implements TokenKeys {
  readonly #deps: FetchedKeysDeps;
  #known: PublicKeys | null = null;
  /** Of the last question, with an answer or without. */
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #isAnswered = false;
  #asking: Promise<void> | null = null;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(deps: FetchedKeysDeps) {
    this.#deps = deps;
  }

  /** Asks for them, and goes on asking. @returns when the first answer is there, or is not */
  async start(): Promise<void> {
    await this.#ask().catch(() => null);
    this.#askLater();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  /** Resolves when tokens can be told from forgeries; for readiness. @throws {GameError} `SERVICE_UNAVAILABLE` */
  async ping(): Promise<void> {
    if (this.#known === null) throw new GameError('SERVICE_UNAVAILABLE');
  }

  /** @throws {GameError} `SERVICE_UNAVAILABLE` when nobody says whether the key is one */
  async keyOf(header: Partial<JWTHeaderParameters>): Promise<KeyObject> {
    const { kid } = header;
    if (kid === undefined || this.#deps.own.knows(kid)) return await this.#deps.own.keyOf(header);
    const key = this.#known?.find(header) ?? (await this.#findAnew(header));
    if (key === null) throw new errors.JWKSNoMatchingKey();
    return key;
  }

  async #findAnew(header: Partial<JWTHeaderParameters>): Promise<KeyObject | null> {
    const isFresh = this.#deps.clock.monotonicMs() - this.#askedAtMs < ASK_AGAIN_AFTER_MS;
    if (!isFresh) await this.#ask();
    // It may be a new one, or made up: nobody says.
    else if (!this.#isAnswered) throw new GameError('SERVICE_UNAVAILABLE');
    return this.#known?.find(header) ?? null;
  }

  /** One question at a time, however many tokens wait for its answer. */
  async #ask(): Promise<void> {
    this.#asking ??= this.#fetch().finally(() => {
      this.#asking = null;
    });
    await this.#asking;
  }

  async #fetch(): Promise<void> {
    const { fetch, clock, log } = this.#deps;
    this.#isAnswered = false;
    const { keys } = await fetch().finally(() => {
      this.#askedAtMs = clock.monotonicMs();
    });
    const entries = keys.flatMap((jwk) => SigningKeyEntry.safeParse(jwk).data ?? []);
    // One this build does not know is no reason to do without the others.
    if (entries.length < keys.length) log.warn('a key of the auth service is of no known kind');
    this.#known = new PublicKeys(entries);
    this.#isAnswered = true;
  }

  #askLater(): void {
    if (this.#isStopped) return;
    const inMs = this.#known === null ? RETRY_MS : REFRESH_MS;
    this.#timer = setTimeout(() => {
      this.#ask()
        .catch((error: unknown) => {
          this.#deps.log.debug({ err: error }, 'the auth service does not tell its keys');
        })
        .finally(() => this.#askLater());
    }, inMs);
    this.#timer.unref();
  }
}
