import { describe, expect, test } from 'vitest';
import { GameError } from '../../errors/game-error.ts';
import { newProfileRecord } from '../profile-record.ts';
import type { OperationResult, ProfileService } from '../service.ts';
import type { DeferredWrite } from './deferred-write.ts';
import type { DeferredWrites } from './deferred-writes.ts';
import { applyDeferred, deferringProfiles } from './deferring-profiles.ts';
import { StoreCircuit } from './store-circuit.ts';

const ANN = 'p_annannannannannannan';
const record = newProfileRecord({ playerId: ANN, homeRegion: 'eu', displayName: 'Ann' }, 0);
const applied = { record, outcome: { kind: 'applied' } } as unknown as OperationResult;

/** A service whose writes end as the test says, and a queue that takes everything. */
function setUp(apply: ProfileService['apply'], putOutcome: 'waits' | 'ended' = 'waits') {
  const put: DeferredWrite[] = [];
  const waiting: DeferredWrites = {
    put: async (write) => {
      put.push(write);
      return putOutcome;
    },
    start: () => {},
    pause: () => {},
    resume: () => {},
  };
  const circuit = new StoreCircuit({ ping: async () => {} });
  const service = { apply } as unknown as ProfileService;
  let ids = 0;
  const newId = () => `id-${++ids}`;
  return { profiles: deferringProfiles(service, { waiting, circuit, newId }), circuit, put };
}

describe('[PR-61] a write that may wait', () => {
  test('is not put anywhere when the store takes it', async () => {
    const { profiles, put } = setUp(async () => applied);
    expect(await profiles.addStatistics(ANN, { wins: 1 })).toMatchObject({ playerId: ANN });
    expect(put).toEqual([]);
  });

  test('spares the look into the ledger only as long as nobody else can have its id', async () => {
    const looks: boolean[] = [];
    let isNew: () => boolean = () => false;
    const { profiles, put } = setUp((_playerId, _operation, given = () => false) => {
      isNew = given;
      looks.push(given());
      return new Promise(() => {});
    });
    expect(await profiles.addStatistics(ANN, { wins: 1 })).toBeNull();
    expect(put[0]?.operation).toMatchObject({ operationId: 'statistics:id-1' });
    // The try is still under way, and the queue has its id by now.
    expect([...looks, isNew()]).toEqual([true, false]);
    const reward = { operationId: 'match:1', reason: 'won', currencies: { gold: 1 } };
    await profiles.operate(ANN, reward);
    expect(looks.slice(1)).not.toContain(true);
  });

  test('that the queue has seen the end of is told by the store', async () => {
    let calls = 0;
    const { profiles } = setUp(async () => {
      calls += 1;
      if (calls === 1) throw new GameError('STORE_UNAVAILABLE');
      return applied;
    }, 'ended');
    const reward = { operationId: 'match:1', reason: 'won', currencies: { gold: 1 } };
    expect(await profiles.operate(ANN, reward)).toEqual({ kind: 'applied' });
  });

  test('a refusal is the caller’s, and no doubt about the store', async () => {
    const { profiles, circuit, put } = setUp(async () => {
      throw new GameError('PROFILE_UNKNOWN');
    });
    await expect(profiles.addStatistics(ANN, { wins: 1 })).rejects.toMatchObject({
      code: 'PROFILE_UNKNOWN',
    });
    const contended = setUp(async () => {
      throw new GameError('STORE_UNAVAILABLE', { reason: 'contended' });
    });
    // A profile that too many write waits as well, and the store is not away for it.
    expect(await contended.profiles.addStatistics(ANN, { wins: 1 })).toBeNull();
    expect([circuit.phase, contended.circuit.phase, put.length]).toEqual(['up', 'up', 0]);
  });

  test('[PR-64] what waited is applied, repeated, gone, or fails for the queue to judge', async () => {
    const write = { playerId: ANN, operation: { operationId: 'match:1', reason: 'won' } };
    const ends = async (apply: () => Promise<unknown>) => {
      const failures: string[] = [];
      const circuit = { failed: () => void failures.push('failed') };
      const service = { apply } as unknown as ProfileService;
      const end = await applyDeferred(service, circuit, write).catch(
        (error: GameError) => error.code,
      );
      return [end, ...failures];
    };
    const failing = (code: 'PROFILE_UNKNOWN' | 'STORE_UNAVAILABLE' | 'BAD_REQUEST') => async () => {
      throw new GameError(code);
    };
    expect(await ends(async () => applied)).toEqual(['applied']);
    expect(await ends(async () => ({ outcome: { kind: 'repeated' } }))).toEqual(['repeated']);
    expect(await ends(failing('PROFILE_UNKNOWN'))).toEqual(['gone']);
    expect(await ends(failing('STORE_UNAVAILABLE'))).toEqual(['STORE_UNAVAILABLE', 'failed']);
    expect(await ends(failing('BAD_REQUEST'))).toEqual(['BAD_REQUEST']);
  });
});
