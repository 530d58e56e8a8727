import { z } from 'zod';
import { GameError } from '../../errors/game-error.ts';
import type { Incident } from '../../protocol/incidents.ts';
import { parseJson } from '../../shared/parse-json.ts';
import { redisKeys } from '../../storage/redis/redis-keys.ts';
import { type RedisClient, RedisScript } from '../../storage/redis/redis-script.ts';
import type { Alert } from './alertmanager-webhook.ts';
import type { Answer } from './decide-incident.ts';
import { type IncidentState, NO_INCIDENTS } from './incident-state.ts';

// Incidents of a region, in its Redis. Whoever hears of something puts it into the inbox; one bot at a time reads it.
//
//   webhook, console ──▶ inbox ──▶ the bot whose turn it is: hold ─▶ decide ─▶ save, fenced by the turn

const HOLD = new RedisScript<readonly [isOurs: number, state?: string, ...messages: string[]]>(
  'hold-incidents',
);
const SAVE = new RedisScript<number>('save-incidents');
const KEYS = [redisKeys.incidentTurn, redisKeys.incidentState, redisKeys.incidentInbox];

/** Alerts and answers that nobody has read: more means that no bot is there. */
const MOST_WAITING = 1_000;
const MESSAGES_AT_A_TIME = 200;

/** What the bot is told. */
export type IncidentMessage =
  | { readonly kind: 'alert'; readonly alert: Alert }
  | { readonly kind: 'answer'; readonly answer: Answer };

/** As a process of this or another build has put it there. */
const MessageSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('alert'),
    alert: z.object({
      isFiring: z.boolean(),
      fingerprint: z.string(),
      startedAtMs: z.number(),
      name: z.string(),
      severity: z.string(),
      action: z.string(),
      regionId: z.string(),
      node: z.string(),
      summary: z.string(),
      runbookUrl: z.string(),
    }),
  }),
  z.object({
    kind: z.literal('answer'),
    answer: z.object({ incidentId: z.string(), isApproved: z.boolean(), by: z.string() }),
  }),
]) satisfies z.ZodType<IncidentMessage>;

/** What a bot goes on with. */
export interface HeldIncidents {
  readonly state: IncidentState;
  /** The oldest first. */
  readonly messages: readonly IncidentMessage[];
  /** Entries of the inbox that `messages` are of, those that nobody understands included. */
  readonly read: number;
}

/** Rejects with {Error} when Redis does not answer. */
export class IncidentStore {
  readonly #redis: RedisClient;

  constructor(redis: RedisClient) {
    this.#redis = redis;
  }

  /** @throws {GameError} `SERVICE_UNAVAILABLE` when nobody reads what is there */
  async post(messages: readonly IncidentMessage[]): Promise<void> {
    const waiting = await this.#redis.llen(redisKeys.incidentInbox);
    if (waiting + messages.length > MOST_WAITING) throw new GameError('SERVICE_UNAVAILABLE');
    const texts = messages.map((message) => JSON.stringify(message));
    await this.#redis.rpush(redisKeys.incidentInbox, ...texts);
  }

  /** Takes the turn, or keeps it. @returns null when it is another bot's */
  async hold(botId: string, ttlMs: number): Promise<HeldIncidents | null> {
    const args = [botId, ttlMs, MESSAGES_AT_A_TIME];
    const [isOurs, state = '', ...texts] = await HOLD.run(this.#redis, KEYS, args);
    if (isOurs === 0) return null;
    const messages = texts.map((text) => parseJson(MessageSchema, text));
    return {
      state: stateOf(state),
      messages: messages.filter((message) => message !== null),
      read: texts.length,
    };
  }

  /** @returns false when it is another bot's turn by now: nothing was saved */
  async save(botId: string, state: IncidentState, read: number): Promise<boolean> {
    return (await SAVE.run(this.#redis, KEYS, [botId, JSON.stringify(state), read])) === 1;
  }

  /** So that another bot need not wait for the end of the turn. */
  async giveUpTurn(botId: string): Promise<void> {
    const isOurs = (await this.#redis.get(redisKeys.incidentTurn)) === botId;
    if (isOurs) await this.#redis.del(redisKeys.incidentTurn);
  }

  async look(): Promise<{
    readonly incidents: readonly Incident[];
    /** Whether a bot is at work. */
    readonly isWatched: boolean;
  }> {
    const [state, turn] = await this.#redis.mget(redisKeys.incidentState, redisKeys.incidentTurn);
    return { incidents: stateOf(state ?? '').incidents, isWatched: turn !== null };
  }
}

/** Only bots write it. A build that changes its shape changes the key. */
function stateOf(text: string): IncidentState {
  return text === '' ? NO_INCIDENTS : (JSON.parse(text) as IncidentState);
}
