import { type Connection, type Model, Schema } from 'mongoose';
import type { MongoCollectionPlan } from '../storage/mongo/collection-plan.ts';
import { number, SCHEMA_OPTIONS, text } from '../storage/mongo/schema-fields.ts';
import type { LedgerEntry } from './contract.ts';
import type { ProfileRecord, ProfileSection } from './profile-record.ts';
import type { Intent, PlayerLocation, UsernameEntry } from './profile-store.ts';

// The collections in MongoDB, their shard keys and indexes. Nothing here is made when a node starts: sharding and indexes are
// one job's work (autoIndex and autoCreate are off).

/**
 * A profile as it is stored: `_id` is the player's id, and what a player may fill with keys of his own is JSON text, because
 * MongoDB gives a meaning to some keys (`$ref`, `_bsontype`), and BSON has none for a key with a NUL in it.
 */
export type ProfileDocument = Omit<ProfileRecord, 'playerId' | 'data' | 'sections'> & {
  readonly _id: string;
  readonly data: string;
  readonly sections: Readonly<
    Record<string, Omit<ProfileSection, 'value'> & { readonly value: string }>
  >;
};

/** A row of the ledger; `_id` is `<playerId>/<operationId>`, so a row that is written twice is there once. */
export type LedgerDocument = LedgerEntry & { readonly _id: string; readonly homeRegion: string };
/** `_id`: the player's id. */
export type LocationDocument = Omit<PlayerLocation, 'playerId'> & { readonly _id: string };
/** `_id`: the name. */
export type UsernameDocument = Omit<UsernameEntry, 'name'> & { readonly _id: string };
/** `_id`: the intent's id. */
export type IntentDocument = Pick<Intent, 'homeRegion' | 'untilMs'> & {
  readonly _id: string;
  readonly intent: Intent;
};

/**
 * The home region comes first, so that zones keep a region's players in it; the hash spreads them there. `_id` of a hashed key
 * is unique in one shard only, except where it is the whole key: therefore usernames and the directory are collections of
 * their own (https://www.mongodb.com/docs/manual/core/sharding-shard-key/#unique-indexes).
 */
export const PROFILE_COLLECTIONS: readonly MongoCollectionPlan[] = [
  { name: 'profiles', shardKey: { homeRegion: 1, _id: 'hashed' }, indexes: [] },
  {
    name: 'ledger',
    shardKey: { homeRegion: 1, playerId: 'hashed' },
    indexes: [{ homeRegion: 1, playerId: 1, sequence: 1 }],
  },
  { name: 'player_directory', shardKey: { _id: 'hashed' }, indexes: [] },
  { name: 'usernames', shardKey: { _id: 'hashed' }, indexes: [] },
  {
    name: 'intents',
    shardKey: { homeRegion: 1, _id: 'hashed' },
    indexes: [{ homeRegion: 1, untilMs: 1 }],
  },
];

export interface ProfileModels {
  readonly profiles: Model<ProfileDocument>;
  readonly ledger: Model<LedgerDocument>;
  readonly directory: Model<LocationDocument>;
  readonly usernames: Model<UsernameDocument>;
  readonly intents: Model<IntentDocument>;
}

const textOrNull = { type: String, default: null } as const;
/** Objects of ours, with names of ours as keys: written and read whole. */
const mixed = { type: Schema.Types.Mixed, required: true } as const;
const mixedOrNull = { type: Schema.Types.Mixed, default: null } as const;

/** The models of a connection, made once for it. */
export function profileModels(connection: Connection): ProfileModels {
  const profile = new Schema<ProfileDocument>(
    {
      _id: text,
      homeRegion: text,
      revision: number,
      epoch: number,
      displayName: text,
      username: textOrNull,
      data: text,
      statistics: mixed,
      wallet: mixed,
      inventory: mixed,
      sections: mixed,
      operations: mixed,
      operationCount: number,
      ledgerRegions: mixed,
      lease: mixedOrNull,
      moving: mixedOrNull,
      claim: mixedOrNull,
      isErasing: { type: Boolean, required: true },
      createdAtMs: number,
      updatedAtMs: number,
    },
    { ...SCHEMA_OPTIONS, shardKey: { homeRegion: 1, _id: 1 } },
  );
  const ledger = new Schema<LedgerDocument>(
    {
      _id: text,
      homeRegion: text,
      playerId: text,
      operationId: text,
      sequence: number,
      reason: { type: String },
      currencies: mixed,
      items: mixed,
      statistics: mixed,
      after: mixed,
      atMs: number,
    },
    { ...SCHEMA_OPTIONS, shardKey: { homeRegion: 1, playerId: 1 } },
  );
  const location = new Schema<LocationDocument>(
    { _id: text, homeRegion: text, movingTo: textOrNull, epoch: number },
    SCHEMA_OPTIONS,
  );
  const username = new Schema<UsernameDocument>(
    { _id: text, playerId: text, state: text, token: text, untilMs: number },
    SCHEMA_OPTIONS,
  );
  const intent = new Schema<IntentDocument>(
    { _id: text, homeRegion: text, untilMs: number, intent: mixed },
    { ...SCHEMA_OPTIONS, shardKey: { homeRegion: 1, _id: 1 } },
  );
  return {
    profiles: connection.model<ProfileDocument>('Profile', profile, 'profiles'),
    ledger: connection.model<LedgerDocument>('LedgerEntry', ledger, 'ledger'),
    directory: connection.model<LocationDocument>('PlayerLocation', location, 'player_directory'),
    usernames: connection.model<UsernameDocument>('Username', username, 'usernames'),
    intents: connection.model<IntentDocument>('Intent', intent, 'intents'),
  };
}
