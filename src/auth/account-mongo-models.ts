import { type Connection, type Model, Schema } from 'mongoose';
import type { MongoCollectionPlan } from '../storage/mongo/collection-plan.ts';
import { number, SCHEMA_OPTIONS, text } from '../storage/mongo/schema-fields.ts';
import type { BanDecision } from './ban-store.ts';
import type { Identity } from './identity-store.ts';
import type { TokenFamily } from './refresh-token-store.ts';

// The collections of accounts in MongoDB. A player signs in where he happens to be, so none of them is kept in one region.

/** One way into an account, as the account has it (identity-store-mongo.ts). */
export interface AccountWay extends Omit<Identity, 'playerId'> {
  /** Of this linking: never used again, also when the same is linked once more. */
  readonly token: string;
  readonly phase: 'linking' | 'linked' | 'leaving';
}

/** `_id`: the player's id. At least one way is in it, or the document is not there. */
export interface AccountDocument {
  readonly _id: string;
  /** Another one after every change; random, so that one that was deleted and made anew is not taken for the old one. */
  readonly revision: string;
  readonly ways: readonly AccountWay[];
}

/** Which linking has a subject; `_id` is `<provider>/<subject>`, and ids of providers have no slash. */
export interface IdentityClaimDocument {
  readonly _id: string;
  readonly playerId: string;
  readonly token: string;
}

/** A sign-in; `_id` is the family's id. */
export interface SignInDocument {
  readonly _id: string;
  readonly playerId: string;
  /** Of the one token that is good. */
  readonly tokenHash: string;
  readonly startedAtMs: number;
  readonly expiresAt: Date;
}

/** A token that was good once; `_id` is its hash. */
export interface SpentTokenDocument {
  readonly _id: string;
  readonly playerId: TokenFamily['playerId'];
  readonly familyId: TokenFamily['familyId'];
  /** When the family began. */
  readonly startedAtMs: number;
  readonly expiresAt: Date;
}

/** `_id`: the player's id. */
export type BanDocument = Omit<BanDecision, 'playerId'> & { readonly _id: string };

/**
 * `_id` as the whole key is unique over all shards: therefore subjects are a collection of their own. Sign-ins and what was spent in
 * them lie together by their player, so that all of his can be ended at once.
 */
export const ACCOUNT_COLLECTIONS: readonly MongoCollectionPlan[] = [
  { name: 'identities', shardKey: { _id: 'hashed' }, indexes: [] },
  { name: 'accounts', shardKey: { _id: 'hashed' }, indexes: [] },
  {
    name: 'sign_ins',
    shardKey: { playerId: 'hashed' },
    indexes: [{ playerId: 1 }],
    expiryField: 'expiresAt',
  },
  {
    name: 'spent_tokens',
    shardKey: { playerId: 'hashed' },
    indexes: [{ playerId: 1 }],
    expiryField: 'expiresAt',
  },
  { name: 'bans', shardKey: { _id: 'hashed' }, indexes: [] },
];

export interface AccountModels {
  readonly identities: Model<IdentityClaimDocument>;
  readonly accounts: Model<AccountDocument>;
  readonly signIns: Model<SignInDocument>;
  readonly spentTokens: Model<SpentTokenDocument>;
  readonly bans: Model<BanDocument>;
}

const date = { type: Date, required: true } as const;

/** The models of a connection, made once for it. */
export function accountModels(connection: Connection): AccountModels {
  const claim = new Schema<IdentityClaimDocument>(
    { _id: text, playerId: text, token: text },
    SCHEMA_OPTIONS,
  );
  const account = new Schema<AccountDocument>(
    // Read and written whole.
    { _id: text, revision: text, ways: { type: Schema.Types.Mixed, required: true } },
    SCHEMA_OPTIONS,
  );
  const signIn = new Schema<SignInDocument>(
    { _id: text, playerId: text, tokenHash: text, startedAtMs: number, expiresAt: date },
    SCHEMA_OPTIONS,
  );
  const spentToken = new Schema<SpentTokenDocument>(
    { _id: text, playerId: text, familyId: text, startedAtMs: number, expiresAt: date },
    SCHEMA_OPTIONS,
  );
  const ban = new Schema<BanDocument>(
    {
      _id: text,
      decidedAtMs: number,
      reason: { type: String, default: null },
      untilMs: { type: Number, default: null },
    },
    SCHEMA_OPTIONS,
  );
  return {
    identities: connection.model<IdentityClaimDocument>('IdentityClaim', claim, 'identities'),
    accounts: connection.model<AccountDocument>('Account', account, 'accounts'),
    signIns: connection.model<SignInDocument>('SignIn', signIn, 'sign_ins'),
    spentTokens: connection.model<SpentTokenDocument>('SpentToken', spentToken, 'spent_tokens'),
    bans: connection.model<BanDocument>('Ban', ban, 'bans'),
  };
}
