import type { JsonValue } from '../protocol/rest.ts';
import type { LedgerEntry, Profile, ProfileRef } from './contract.ts';

/** Who sees or writes a part of a profile. Each includes the ones before it: what the public sees, the owner sees. */
export type ProfileReader = 'public' | 'owner' | 'server';

/** A part of a profile that the game names, such as `loadout`: with rules and a revision of its own. */
export interface ProfileSection {
  readonly readableBy: ProfileReader;
  readonly writableBy: 'owner' | 'server';
  /** Grows by one with each write of this section, from 1; other parts of the profile do not make it stale. */
  readonly revision: number;
  readonly value: Readonly<Record<string, JsonValue>>;
}

/** That one room has the profile in its hands. */
export interface ProfileLease {
  /** Who holds it, for people: a room. */
  readonly holder: string;
  /** Proof of holding it; another one for each time it is taken. */
  readonly token: string;
  /** Wall clock after which another may take it, ms. */
  readonly untilMs: number;
}

/** That the profile is on its way to another home region (home-move.ts). */
export interface ProfileMoving {
  readonly to: string;
  readonly token: string;
  /** Wall clock after which it may be given up or finished by others, ms. */
  readonly untilMs: number;
}

/** That the player is about to get a username (username-registry.ts). Only who finds his token here may give it to him. */
export interface UsernameClaim {
  readonly name: string;
  readonly token: string;
}

/**
 * Everything that is kept of a player, in one document: whatever must not come apart changes in one write. It is never
 * changed in place, so parts that are the same object in two records are equal.
 */
export interface ProfileRecord extends ProfileRef {
  /** Grows by one with each change, from 1. A store writes only over the revision that was read. */
  readonly revision: number;
  /** Grows by one with each change of the home region, from 1. */
  readonly epoch: number;
  readonly displayName: string;
  /** Unique over all regions (username.ts); null: none. */
  readonly username: string | null;
  readonly data: Readonly<Record<string, JsonValue>>;
  readonly statistics: Readonly<Record<string, number>>;
  /** Whole numbers >= 0 by currency. */
  readonly wallet: Readonly<Record<string, number>>;
  /** Whole numbers >= 1 by item. */
  readonly inventory: Readonly<Record<string, number>>;
  readonly sections: Readonly<Record<string, ProfileSection>>;
  /** The newest operations, oldest first; older ones are in the ledger (player-operation.ts). */
  readonly operations: readonly LedgerEntry[];
  /** Operations ever applied: `sequence` of the newest. */
  readonly operationCount: number;
  /** Regions that have rows of this player's ledger. */
  readonly ledgerRegions: readonly string[];
  readonly lease: ProfileLease | null;
  readonly moving: ProfileMoving | null;
  readonly claim: UsernameClaim | null;
  /** Being deleted: nothing changes it any more. */
  readonly isErasing: boolean;
  /** Wall clock, ms. */
  readonly createdAtMs: number;
  /** Wall clock, ms. */
  readonly updatedAtMs: number;
}

/** A player's first record. */
export function newProfileRecord(
  { playerId, homeRegion, displayName }: ProfileRef & { readonly displayName: string },
  nowMs: number,
): ProfileRecord {
  return {
    playerId,
    homeRegion,
    revision: 1,
    epoch: 1,
    displayName,
    username: null,
    data: {},
    statistics: {},
    wallet: {},
    inventory: {},
    sections: {},
    operations: [],
    operationCount: 0,
    ledgerRegions: [homeRegion],
    lease: null,
    moving: null,
    claim: null,
    isErasing: false,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  };
}

/** What rooms and the owner see of a record. */
export function profileOf(record: ProfileRecord): Profile {
  const { playerId, revision, displayName, data, statistics } = record;
  const { username, wallet, inventory, createdAtMs, updatedAtMs } = record;
  return {
    ...{ playerId, revision, displayName, data, statistics },
    ...{ username, wallet, inventory, createdAtMs, updatedAtMs },
  };
}
