import { GameError } from '../../errors/game-error.ts';
import { within } from '../../shared/within.ts';
import { parse } from '../../transport/http/parse.ts';
import type { OperationOutcome, PlayerOperation, Profile } from '../contract.ts';
import { profileOf } from '../profile-record.ts';
import { PlayerOperationBody, StatisticAdditions } from '../schemas.ts';
import type { OperationResult, ProfileService } from '../service.ts';
import { type DeferredWrite, onlyAdds } from './deferred-write.ts';
import type { AppliedWrite, DeferredWrites } from './deferred-writes.ts';
import type { StoreCircuit } from './store-circuit.ts';

// Profiles while the store is away.
//
//   only adds (a reward, statistics)      store up: written, as ever
//                                         no answer in time, or STORE_UNAVAILABLE: put into the queue ──▶ `deferred`
//                                         known to be away: put into the queue at once
//   may be refused by what the player has (a purchase, a change over a revision, a lease)
//                                         store up: written; known to be away: STORE_UNAVAILABLE at once
//
// What is put may have been written by the try before it: it carries the same operation id, so it counts once.

/** How long a write that could wait is tried first, ms. Shorter than the patience of a caller over gRPC. */
const TRIED_FOR_MS = 1_000;

export interface DeferringDeps {
  readonly waiting: DeferredWrites;
  readonly circuit: StoreCircuit;
  /** Makes operation ids that nobody makes twice. */
  readonly newId: () => string;
}

/** A profile service whose additions wait in a queue while its store is away. */
export function deferringProfiles(service: ProfileService, deps: DeferringDeps): ProfileService {
  const { waiting, circuit, newId } = deps;

  /** Of what cannot wait: fails at once when it would fail. */
  const now = async <Result>(write: () => Promise<Result>): Promise<Result> => {
    if (circuit.phase === 'away') throw new GameError('STORE_UNAVAILABLE');
    return await watched(write());
  };

  const watched = async <Result>(asked: Promise<Result>): Promise<Result> => {
    try {
      return await asked;
    } catch (error) {
      if (isAway(error)) circuit.failed();
      throw error;
    }
  };

  /** @returns null: it waits */
  const soon = async (
    write: DeferredWrite,
    { isOurs }: { readonly isOurs: boolean },
  ): Promise<OperationResult | null> => {
    // An id of ours cannot be in the ledger as long as nobody else has it: that look is spared.
    let isNew = isOurs && circuit.phase === 'up';
    if (circuit.phase === 'up') {
      const asked = watched(service.apply(write.playerId, write.operation, () => isNew));
      const result = await within(asked, TRIED_FOR_MS).catch((error: unknown) => {
        if (!isUnavailable(error)) throw error;
        return null;
      });
      if (result !== null && result !== 'late') return result;
      if (result === 'late') circuit.failed();
    }
    isNew = false;
    if ((await waiting.put(write)) === 'waits') return null;
    return await watched(service.apply(write.playerId, write.operation));
  };

  return {
    ...service,
    create: (player) => now(() => service.create(player)),
    patch: (playerId, patch) => now(() => service.patch(playerId, patch)),
    writeSection: (playerId, write) => now(() => service.writeSection(playerId, write)),
    takeLease: (playerId, request) => now(() => service.takeLease(playerId, request)),
    renewLease: (playerId, lease) => now(() => service.renewLease(playerId, lease)),
    releaseLease: (playerId, token) => now(() => service.releaseLease(playerId, token)),
    takeUsername: (playerId, name) => now(() => service.takeUsername(playerId, name)),
    moveHome: (playerId, to) => now(() => service.moveHome(playerId, to)),
    erasePlayer: (playerId) => now(() => service.erasePlayer(playerId)),
    flush: (playerId) => now(() => service.flush(playerId)),

    async operate(playerId, operation): Promise<OperationOutcome> {
      const checked = parse(PlayerOperationBody, operation) as PlayerOperation;
      if (!onlyAdds(checked)) return await now(() => service.operate(playerId, checked));
      const result = await soon({ playerId, operation: checked }, { isOurs: false });
      return result?.outcome ?? { kind: 'deferred' };
    },
    async addStatistics(playerId, additions): Promise<Profile | null> {
      const statistics = parse(StatisticAdditions, additions);
      const operation = { operationId: `statistics:${newId()}`, reason: 'statistics', statistics };
      const result = await soon({ playerId, operation }, { isOurs: true });
      return result === null ? null : profileOf(result.record);
    },
  };
}

/** Applies a write that has waited; what fails is for the queue to try again, or to keep apart. */
export async function applyDeferred(
  service: Pick<ProfileService, 'apply'>,
  circuit: Pick<StoreCircuit, 'failed'>,
  { playerId, operation }: DeferredWrite,
): Promise<AppliedWrite> {
  try {
    const { outcome } = await service.apply(playerId, operation);
    return outcome.kind === 'repeated' ? 'repeated' : 'applied';
  } catch (error) {
    if (error instanceof GameError && error.code === 'PROFILE_UNKNOWN') return 'gone';
    if (isAway(error)) circuit.failed();
    throw error;
  }
}

function isUnavailable(error: unknown): boolean {
  return error instanceof GameError && error.code === 'STORE_UNAVAILABLE';
}

/** Not of a profile that too many write at once: the store answers there. */
function isAway(error: unknown): boolean {
  return isUnavailable(error) && (error as GameError).details['reason'] !== 'contended';
}
