import { parseJson } from '../../shared/parse-json.ts';
import { redisKeys } from '../../storage/redis/redis-keys.ts';
import { type RedisClient, RedisScript } from '../../storage/redis/redis-script.ts';
import { RedisStoreChannel } from '../../storage/redis/redis-store-channel.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { askRedisStore } from '../ask-redis-store.ts';
import {
  type Placement,
  type TicketEnd,
  type TicketRecord,
  TicketRecordSchema,
} from './ticket-record.ts';
import type { Claim, Entered, TicketStore } from './ticket-store.ts';

// The tickets of a region, in its Redis; what a change is, `storage/redis/scripts/ticket-index.lua` says. A record goes in as two pieces
// of JSON, so that the script that changes its state need not understand it:
//
//   head   {"ticket":…,"queue":…,"partyId":…,"displayNames":…      written once
//   state  {"kind":"claimed",…}                                    written with each change, and then published behind its head

type EnterReply =
  | readonly ['entered']
  | readonly ['player-busy', string, string]
  | readonly ['queue-full', number];

const scripts = {
  enter: new RedisScript<EnterReply>('enter-ticket'),
  claim: new RedisScript<readonly string[]>('claim-tickets'),
  release: new RedisScript<readonly string[]>('release-tickets'),
  releaseOverdue: new RedisScript<readonly string[]>('release-overdue-tickets'),
  settle: new RedisScript<readonly string[]>('settle-tickets'),
  end: new RedisScript<'ended' | 'claimed' | 'unknown'>('end-ticket'),
  restore: new RedisScript<readonly string[]>('restore-tickets'),
  ofPlayer: new RedisScript<string | null>('ticket-of-player'),
  readWaiting: new RedisScript<readonly string[]>('read-waiting-tickets'),
} as const;

/** Tickets a script reads or restores at a time: Redis also renews the leases of the region's nodes, and must not keep them waiting. */
const PAGE = 200;
const REPORTED_MS = 86_400_000;
const SEARCHING = stateText({ kind: 'searching' });

export class RedisTicketStore implements TicketStore {
  readonly #redis: RedisClient;
  readonly #log: Logger;
  readonly #channel: RedisStoreChannel<TicketRecord>;

  /** Opens a connection of its own to listen; `redis` stays its opener's. */
  static async open(options: {
    readonly redis: RedisClient;
    readonly log: Logger;
  }): Promise<RedisTicketStore> {
    const channel = await RedisStoreChannel.open({
      ...options,
      name: redisKeys.ticketChanges,
      parse: parseRecord,
    });
    return new RedisTicketStore(options, channel);
  }

  private constructor(
    options: { readonly redis: RedisClient; readonly log: Logger },
    channel: RedisStoreChannel<TicketRecord>,
  ) {
    this.#redis = options.redis;
    this.#log = options.log;
    this.#channel = channel;
  }

  async enter(
    record: TicketRecord,
    { mostWaiting }: { readonly mostWaiting: number },
  ): Promise<Entered> {
    const reply = await this.#run(scripts.enter, [mostWaiting, ...fieldsOf(record)]);
    switch (reply[0]) {
      case 'entered':
        return { kind: 'entered' };
      case 'player-busy':
        return { kind: 'player-busy', playerId: reply[1], ticketId: reply[2] };
      case 'queue-full':
        return { kind: 'queue-full', waiting: reply[1] };
    }
  }

  async read(ticketId: string): Promise<TicketRecord | null> {
    const key = redisKeys.ticket(ticketId);
    const [head, state] = await this.#ask(() => this.#redis.hmget(key, 'head', 'state'));
    return typeof head === 'string' ? this.#parsed(`${head},"state":${state}}`) : null;
  }

  async ofPlayer(playerId: string): Promise<TicketRecord | null> {
    const text = await this.#run(scripts.ofPlayer, [playerId]);
    return text === null ? null : this.#parsed(text);
  }

  /** Read in pages: each ticket as it is at one moment, not all at the same. */
  async waiting(queue: string): Promise<readonly TicketRecord[]> {
    const key = redisKeys.ticketQueue(queue);
    const ticketIds = await this.#ask(() => this.#redis.zrange(key, 0, -1));
    const records: TicketRecord[] = [];
    for (let at = 0; at < ticketIds.length; at += PAGE) {
      const page = ticketIds.slice(at, at + PAGE);
      const texts = await this.#run(scripts.readWaiting, [queue, ...page]);
      for (const text of texts) {
        const record = this.#parsed(text);
        if (record !== null) records.push(record);
      }
    }
    return records;
  }

  async claim(
    { matchId, regionId, untilMs }: Claim,
    ticketIds: readonly string[],
  ): Promise<readonly string[]> {
    const state = stateText({ kind: 'claimed', matchId, regionId, untilMs });
    return this.#run(scripts.claim, [matchId, untilMs, state, ...ticketIds]);
  }

  async release(matchId: string, ticketIds: readonly string[]): Promise<readonly string[]> {
    return this.#run(scripts.release, [matchId, SEARCHING, ...ticketIds]);
  }

  async releaseOverdue(queue: string, nowMs: number): Promise<readonly string[]> {
    return this.#run(scripts.releaseOverdue, [queue, nowMs, SEARCHING]);
  }

  async settle(placements: ReadonlyMap<string, Placement>): Promise<readonly string[]> {
    const args = [...placements].flatMap(([ticketId, placement]) => [
      ...[ticketId, placement.matchId, stateText({ kind: 'matched', placement })],
    ]);
    return this.#run(scripts.settle, args);
  }

  async end(ticketId: string, end: TicketEnd): Promise<'ended' | 'claimed' | 'unknown'> {
    return this.#run(scripts.end, [ticketId, stateText({ kind: 'ended', end })]);
  }

  async isFirstReport(matchId: string): Promise<boolean> {
    const key = redisKeys.matchReported(matchId);
    return (await this.#ask(() => this.#redis.set(key, '1', 'PX', REPORTED_MS, 'NX'))) === 'OK';
  }

  async restore(records: readonly TicketRecord[]): Promise<void> {
    for (let at = 0; at < records.length; at += PAGE) {
      await this.#run(scripts.restore, records.slice(at, at + PAGE).flatMap(fieldsOf));
    }
  }

  onChange(listener: (record: TicketRecord) => void): () => void {
    return this.#channel.onChange(listener);
  }

  onGap(listener: () => void): () => void {
    return this.#channel.onGap(listener);
  }

  async close(): Promise<void> {
    this.#channel.close();
  }

  /** What is torn or foreign is skipped with a log line. */
  #parsed(text: string): TicketRecord | null {
    const record = parseRecord(text);
    if (record === null) this.#log.warn({}, 'a ticket in Redis is torn or foreign, skipped');
    return record;
  }

  #run<Reply>(script: RedisScript<Reply>, args: readonly (string | number)[]): Promise<Reply> {
    return this.#ask(() => script.run(this.#redis, [redisKeys.ticketClaims], args));
  }

  #ask<Answer>(question: () => Promise<Answer>): Promise<Answer> {
    return askRedisStore(this.#redis, question);
  }
}

function stateText(state: TicketRecord['state']): string {
  return JSON.stringify(state);
}

/** A ticket as the scripts take it: see ticket-index.lua. */
function fieldsOf({ state, ...head }: TicketRecord): readonly (string | number)[] {
  const { ticketId, createdAtMs, players } = head.ticket;
  const playerIds = players.map(({ playerId }) => playerId);
  return [
    ...[ticketId, head.queue, createdAtMs, JSON.stringify(head).slice(0, -1)],
    ...[stateText(state), state.kind, holderOf(state)],
    ...[state.kind === 'claimed' ? state.untilMs : 0, playerIds.length, ...playerIds],
  ];
}

/** The match that has it; '' when none does. */
function holderOf(state: TicketRecord['state']): string {
  switch (state.kind) {
    case 'claimed':
      return state.matchId;
    case 'matched':
      return state.placement.matchId;
    case 'searching':
    case 'ended':
      return '';
  }
}

function parseRecord(text: string): TicketRecord | null {
  return parseJson(TicketRecordSchema, text);
}
