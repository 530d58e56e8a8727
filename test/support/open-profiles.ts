import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { HomeMove } from '../../src/profiles/home-move.ts';
import { PlayerErasure } from '../../src/profiles/player-erasure.ts';
import { ProfileRepository } from '../../src/profiles/profile-repository.ts';
import type { ProfileStorage } from '../../src/profiles/profile-store.ts';
import { ProfileSweeper } from '../../src/profiles/profile-sweeper.ts';
import { ProfileWriter } from '../../src/profiles/profile-writer.ts';
import { UsernameRegistry } from '../../src/profiles/username-registry.ts';
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
  const deps = { storage, writer, clock, newToken: randomUUID, log: pino({ level: 'silent' }) };
  const repository = new ProfileRepository(deps);
  const usernames = new UsernameRegistry(deps);
  const moves = new HomeMove(deps);
  const erasure = new PlayerErasure(deps);
  /** One round of the sweeper of a region. */
  const sweep = (regionId: string) =>
    new ProfileSweeper({ ...deps, regionId, usernames, moves, erasure }).sweep();
  return { clock, writer, repository, usernames, moves, erasure, sweep };
}
