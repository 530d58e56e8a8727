import { GameError } from '../../src/errors/game-error.ts';
import type { ProfileStorage } from '../../src/profiles/profile-store.ts';

/** Asks nobody, so it neither fails nor waits. */
const IN_MEMORY = 'lastWritten' satisfies keyof ProfileStorage['profiles'];

/** Before: the call is not made. After: it is made, and its answer is lost. */
export type StorageFault = 'before' | 'after';

/**
 * A storage whose calls fail when `fault` says so. To whoever does several of them in a row it is as if his process had died there.
 *
 * @param fault - asked for every call, with its port and method, such as `profiles.replace`
 */
export function faultyStorage(
  storage: ProfileStorage,
  fault: (call: string) => StorageFault | undefined,
): ProfileStorage {
  const ports = Object.entries(storage).map(([port, real]) => [
    port,
    new Proxy(real, {
      get: (target: Record<string, unknown>, method: string) => {
        const act = target[method];
        if (typeof act !== 'function' || method === IN_MEMORY) return act;
        return async (...args: readonly unknown[]) => {
          const chosen = fault(`${port}.${method}`);
          if (chosen === 'before') throw new GameError('STORE_UNAVAILABLE');
          const answer: unknown = await act.apply(target, args);
          if (chosen === 'after') throw new GameError('STORE_UNAVAILABLE');
          return answer;
        };
      },
    }),
  ]);
  return Object.fromEntries(ports) as unknown as ProfileStorage;
}

/** Dies at the n-th call and ever after, as a process does; `calls` tells how many there were. */
export function dyingStorage(storage: ProfileStorage, nth: number, how: StorageFault) {
  const counted = { calls: 0 };
  const dying = faultyStorage(storage, () => {
    counted.calls += 1;
    if (counted.calls < nth) return undefined;
    return counted.calls === nth ? how : 'before';
  });
  return { storage: dying, counted };
}

/** Stands still before its n-th write of a profile, while `meanwhile` happens elsewhere. */
export function slowStorage(
  storage: ProfileStorage,
  nth: number,
  meanwhile: () => Promise<unknown>,
): ProfileStorage {
  let writes = 0;
  const profiles = new Proxy(storage.profiles, {
    get: (target, method: keyof ProfileStorage['profiles']) => {
      const act = target[method].bind(target) as (...args: unknown[]) => Promise<unknown>;
      if (method === IN_MEMORY) return act;
      return async (...args: readonly unknown[]) => {
        if (method === 'replace') writes += 1;
        if (method === 'replace' && writes === nth) await meanwhile();
        return act(...args);
      };
    },
  });
  return { ...storage, profiles };
}
