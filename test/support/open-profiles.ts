import { randomUUID } from 'node:crypto';
import { ProfileRepository } from '../../src/profiles/profile-repository.ts';
import type { ProfileStorage } from '../../src/profiles/profile-store.ts';
import { ProfileWriter } from '../../src/profiles/profile-writer.ts';
import type { Clock } from '../../src/shared/clock.ts';

/** A clock that stands still until it is set. */
export class SetClock implements Clock {
  #nowMs = 0;

  set(wallMs: number): void {
    this.#nowMs = wallMs;
  }

  advance(ms: number): void {
    this.#nowMs += ms;
  }

  wallMs(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }
}

/** What one process has over a storage that others may use, too. */
export function openProfiles(storage: ProfileStorage, clock: SetClock = new SetClock()) {
  const writer = new ProfileWriter({ storage, clock });
  const repository = new ProfileRepository({ storage, writer, clock, newToken: randomUUID });
  return { clock, writer, repository };
}
