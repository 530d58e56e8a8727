import { redisKeys } from '../../storage/redis/redis-keys.ts';
import { type RedisClient, RedisScript } from '../../storage/redis/redis-script.ts';
import { type LinkId, parseLinkId } from './link-id.ts';
import { type LinkMessage, parseLinkMessage } from './link-message.ts';
import { fieldOf, type StreamEntry } from './link-streams.ts';

/** The consumer group that takes work: the region. */
export const INBOX_GROUP = 'region';

/** What an entry of an inbox is. All but a foreign one have a number that counts. */
export type InboxEntry =
  | {
      readonly kind: 'message';
      readonly id: LinkId;
      readonly message: LinkMessage<unknown>;
      /** It was here before this region's Redis lost it. */
      readonly isSentAgain: boolean;
    }
  /** A message that was dropped on the way. */
  | { readonly kind: 'dropped'; readonly id: LinkId }
  /** All numbers that are missing before it are of messages that had expired. */
  | { readonly kind: 'jump'; readonly id: LinkId }
  /** Messages are missing before it. */
  | { readonly kind: 'gap'; readonly id: LinkId }
  /** In its place, but not readable. */
  | { readonly kind: 'torn'; readonly id: LinkId }
  /** No bridge wrote it. */
  | { readonly kind: 'foreign' };

const MEND = new RedisScript<number>('mend-link-inbox');
const TRIM = new RedisScript<number>('trim-link-inbox');

/** @param epoch - of the inbox it stands in */
export function readInboxEntry(epoch: number, entry: StreamEntry): InboxEntry {
  const id = parseLinkId(entry.id);
  if (id === null || id.epoch !== epoch) return { kind: 'foreign' };
  switch (entry.fields[0]) {
    case 'g':
      return { kind: 'gap', id };
    case 'x':
      return { kind: 'dropped', id };
    case 'h':
      return { kind: 'jump', id };
    default: {
      const message = parseLinkMessage(fieldOf(entry, 'm') ?? '');
      if (message === null) return { kind: 'torn', id };
      return { kind: 'message', id, message, isSentAgain: fieldOf(entry, 'r') !== undefined };
    }
  }
}

/** Epochs of a region whose inboxes may hold something, in order of arrival. */
export async function readEpochs(redis: RedisClient, peerId: string): Promise<readonly number[]> {
  const epochs = await redis.zrange(redisKeys.linkEpochs(peerId), 0, -1);
  return epochs.map(Number).filter(Number.isSafeInteger);
}

/** Sequence of the newest entry an inbox ever had; 0 when there is none. */
export async function readLastSequence(
  redis: RedisClient,
  inbox: { readonly peerId: string; readonly epoch: number },
): Promise<number> {
  const key = redisKeys.linkIn(inbox.peerId, inbox.epoch);
  if ((await redis.exists(key)) === 0) return 0;
  const info = (await redis.call('XINFO', 'STREAM', key)) as readonly unknown[];
  const last = String(info[info.indexOf('last-generated-id') + 1]);
  const id = parseLinkId(last);
  return id?.epoch === inbox.epoch ? id.sequence : 0;
}

/** Takes foreign entries out of an inbox. @returns how many there were */
export function mendInbox(
  redis: RedisClient,
  inbox: { readonly peerId: string; readonly epoch: number; readonly sequence: number },
): Promise<number> {
  const key = redisKeys.linkIn(inbox.peerId, inbox.epoch);
  return MEND.run(redis, [key], [inbox.epoch, inbox.sequence]);
}

/** Removes what the region has dealt with, but for the newest `keep`. */
export async function trimInbox(
  redis: RedisClient,
  inbox: { readonly peerId: string; readonly epoch: number; readonly keep: number },
): Promise<void> {
  const key = redisKeys.linkIn(inbox.peerId, inbox.epoch);
  await TRIM.run(redis, [key], [inbox.epoch, INBOX_GROUP, inbox.keep]);
}
