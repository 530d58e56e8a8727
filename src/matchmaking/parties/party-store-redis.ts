import { z } from 'zod';
import { directoryUnavailable } from '../../cluster/directory-unavailable.ts';
import { parseJson } from '../../shared/parse-json.ts';
import { redisKeys } from '../../storage/redis/redis-keys.ts';
import { type RedisClient, RedisScript } from '../../storage/redis/redis-script.ts';
import { RedisStoreChannel } from '../../storage/redis/redis-store-channel.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { askRedisStore } from '../ask-redis-store.ts';
import { LARGEST_PARTY } from '../pool/ticket.ts';
import { Party, type PartyJoined, type PartyMember, type PartyStore } from './party.ts';

type JoinReply = readonly ['joined' | 'already-in-party', string];

const scripts = {
  create: new RedisScript<JoinReply | readonly ['code-taken']>('create-party'),
  join: new RedisScript<JoinReply | readonly ['unknown-code' | 'party-full']>('join-party'),
  leave: new RedisScript<readonly [] | readonly [string] | null>('leave-party'),
  ofPlayer: new RedisScript<string | null>('party-of-player'),
} as const;

const Message = z.union([z.object({ party: Party }), z.object({ left: z.string() })]);
type Message = z.infer<typeof Message>;

/** The parties of a region, in its Redis; how one is kept, `storage/redis/scripts/party-index.lua` says. */
export class RedisPartyStore implements PartyStore {
  readonly #redis: RedisClient;
  readonly #channel: RedisStoreChannel<Message>;

  /** Opens a connection of its own to listen; `redis` stays its opener's. */
  static async open(options: {
    readonly redis: RedisClient;
    readonly log: Logger;
  }): Promise<RedisPartyStore> {
    const channel = await RedisStoreChannel.open({
      ...options,
      name: redisKeys.partyChanges,
      parse: (text) => parseJson(Message, text),
    });
    return new RedisPartyStore(options.redis, channel);
  }

  private constructor(redis: RedisClient, channel: RedisStoreChannel<Message>) {
    this.#redis = redis;
    this.#channel = channel;
  }

  /** @throws {GameError} `DIRECTORY_UNAVAILABLE` also when another party has the code: another try has another one */
  async create({ members, ...head }: Party): Promise<PartyJoined> {
    const { partyId, code } = head;
    const args = members.flatMap((member) => [member.playerId, JSON.stringify(member)]);
    const reply = await this.#run(scripts.create, redisKeys.partyCode(code), [
      ...[partyId, JSON.stringify({ partyId, code }).slice(0, -1), code],
      ...args,
    ]);
    if (reply[0] === 'code-taken') throw directoryUnavailable();
    return { kind: reply[0], party: readParty(reply[1]) };
  }

  async join(code: string, member: PartyMember): Promise<PartyJoined> {
    const args = [member.playerId, JSON.stringify(member), LARGEST_PARTY];
    const reply = await this.#run(scripts.join, redisKeys.partyCode(code), args);
    switch (reply[0]) {
      case 'unknown-code':
      case 'party-full':
        return { kind: reply[0] };
      default:
        return { kind: reply[0], party: readParty(reply[1]) };
    }
  }

  async leave(playerId: string): Promise<Party | null | undefined> {
    const left: Message = { left: playerId };
    const args = [playerId, JSON.stringify(left)];
    const reply = await this.#run(scripts.leave, redisKeys.partyOf(playerId), args);
    if (reply === null) return undefined;
    const [text] = reply;
    return text === undefined ? null : readParty(text);
  }

  async ofPlayer(playerId: string): Promise<Party | null> {
    const text = await this.#run(scripts.ofPlayer, redisKeys.partyOf(playerId), [playerId]);
    return text === null ? null : readParty(text);
  }

  onChange(listener: Parameters<PartyStore['onChange']>[0]): () => void {
    return this.#channel.onChange((message) => {
      if ('left' in message) listener({ playerIds: [message.left], party: null });
      else {
        const playerIds = message.party.members.map(({ playerId }) => playerId);
        listener({ playerIds, party: message.party });
      }
    });
  }

  async close(): Promise<void> {
    this.#channel.close();
  }

  #run<Reply>(
    script: RedisScript<Reply>,
    key: string,
    args: readonly (string | number)[],
  ): Promise<Reply> {
    return askRedisStore(this.#redis, () => script.run(this.#redis, [key], args));
  }
}

/** Only we write it. @throws when it is torn or foreign */
function readParty(text: string): Party {
  return Party.parse(JSON.parse(text));
}
