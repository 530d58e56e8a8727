import { RedisScript } from '../../storage/redis/redis-script.ts';

/** The changes to a region's directory; what each takes and replies stands in its file (`storage/redis/scripts`). */
export const roomScripts = {
  insert: new RedisScript<0 | 1>('insert-room'),
  update: new RedisScript<-1 | 0 | 1>('update-room'),
  remove: new RedisScript<0 | 1>('remove-room'),
  findOrCreate: new RedisScript<['room', string, string, string] | ['create'] | ['wait']>(
    'find-or-create-room',
  ),
  endTurn: new RedisScript<0 | 1>('end-turn'),
  claimOrphans: new RedisScript<readonly (string | number)[]>('claim-orphans'),
  takeOver: new RedisScript<readonly [number, number, string, string] | null>('take-over-room'),
  nextEpoch: new RedisScript<0 | 1>('next-epoch'),
  setTrial: new RedisScript<0 | 1>('set-trial'),
  reassert: new RedisScript<readonly string[]>('reassert-rooms'),
  declareDead: new RedisScript<'alive' | 'dead'>('declare-dead'),
} as const;
