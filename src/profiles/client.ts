import type { Logger } from '../telemetry/logger.ts';
import type { SoftWriteMetrics } from '../telemetry/soft-write-metrics.ts';
import { parse } from '../transport/http/parse.ts';
import { inCallContext } from '../transport/rpc/call-context.ts';
import type { RpcCalls } from '../transport/rpc/rpc-contract.ts';
import type { Profiles } from './contract.ts';
import type { PROFILE_RPC } from './profile-rpc.ts';
import { PlayerId, SoftWriteBody } from './schemas.ts';
import type { ProfileService } from './service.ts';
import { SoftBuffer } from './soft/soft-buffer.ts';

/** No player has this id: theirs begin with `p_`. */
const NOBODY = 'nobody';

/** Soft data on its way: the service waits for more anyway. Its bytes leave room for ids and names in the MiB that a call may have. */
const SOFT_BATCH = { everyMs: 200, mostTogether: 256, mostBytes: 768 * 1_024 } as const;

/** A batch is of many calls: it does not end with the one in which its first value was put. */
const NOBODYS_CALL = { traceparent: '', deadlineMs: Number.POSITIVE_INFINITY } as const;

export interface ProfileClient extends Profiles {
  /** Sends the soft data that is still here. @throws {GameError} `SERVICE_UNAVAILABLE` */
  drain(): Promise<void>;
}

export interface ProfileClientDeps {
  readonly softWrites: SoftWriteMetrics;
  readonly log: Logger;
}

/** Profiles of a service that runs elsewhere; throws what it throws, and `SERVICE_UNAVAILABLE`. */
export function profileClient(
  calls: RpcCalls<typeof PROFILE_RPC>,
  { softWrites, log }: ProfileClientDeps,
): ProfileClient {
  const buffer = new SoftBuffer(
    {
      send: (values) => inCallContext(NOBODYS_CALL, () => calls.writeSoon({ values })),
      lost: (values, error) => {
        softWrites.count('dropped', values.length);
        log.error({ err: error, count: values.length }, 'the profile service refused soft data');
      },
    },
    SOFT_BATCH,
  );
  /** Players of whom soft data was written here, and not flushed since. */
  const touched = new Set<string>();
  return {
    create: (player) => calls.create(player),
    read: async (playerId) => (await calls.read({ playerId })).profile,
    readForDisplay: async (playerId) => (await calls.readForDisplay({ playerId })).profile,
    takeUsername: (playerId, username) => calls.takeUsername({ playerId, username }),
    findByUsername: async (username) => (await calls.findByUsername({ username })).playerId,
    exportPlayer: async (playerId) => (await calls.exportPlayer({ playerId })).exportJson,
    erasePlayer: async (playerId) => void (await calls.erasePlayer({ playerId })),
    patch: (playerId, patch) => calls.patch({ playerId, patch }),
    addStatistics: async (playerId, additions) =>
      (await calls.addStatistics({ playerId, additions })).profile,
    operate: (playerId, operation) => calls.operate({ playerId, operation }),
    writeSoon(playerId, write) {
      // One that the service refuses would take its batch with it.
      parse(PlayerId, playerId);
      const soft = parse(SoftWriteBody, write);
      touched.add(playerId);
      buffer.put({ playerId, ...soft });
    },
    async flush(playerId) {
      if (!touched.delete(playerId)) return;
      try {
        await buffer.drain();
        await calls.flush({ playerId });
      } catch (error) {
        touched.add(playerId);
        throw error;
      }
    },
    readSection: async (playerId, section) =>
      buffer.newest(playerId, section) ?? (await calls.readSection({ playerId, section })).value,
    drain: () => buffer.drain(),
    // Goes as far as the store.
    ping: async () => void (await calls.read({ playerId: NOBODY })),
  };
}

/** The other end: what the service answers with. */
export function profileCalls(
  profiles: Omit<Profiles, 'ping' | 'writeSoon'> & Pick<ProfileService, 'shelve'>,
): RpcCalls<typeof PROFILE_RPC> {
  return {
    create: (player) => profiles.create(player),
    read: async ({ playerId }) => ({ profile: await profiles.read(playerId) }),
    readForDisplay: async ({ playerId }) => ({ profile: await profiles.readForDisplay(playerId) }),
    takeUsername: ({ playerId, username }) => profiles.takeUsername(playerId, username),
    findByUsername: async ({ username }) => ({ playerId: await profiles.findByUsername(username) }),
    exportPlayer: async ({ playerId }) => ({ exportJson: await profiles.exportPlayer(playerId) }),
    erasePlayer: ({ playerId }) => profiles.erasePlayer(playerId),
    patch: ({ playerId, patch }) => profiles.patch(playerId, patch),
    addStatistics: async ({ playerId, additions }) => ({
      profile: await profiles.addStatistics(playerId, additions),
    }),
    operate: ({ playerId, operation }) => profiles.operate(playerId, operation),
    // The next call may come to another process: it has to find them.
    writeSoon: ({ values }) => profiles.shelve(values),
    flush: ({ playerId }) => profiles.flush(playerId),
    readSection: async ({ playerId, section }) => ({
      value: await profiles.readSection(playerId, section),
    }),
  };
}
