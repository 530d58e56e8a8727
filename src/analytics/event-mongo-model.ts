import { type Connection, type Model, Schema } from 'mongoose';
import type { MongoCollectionPlan } from '../storage/mongo/collection-plan.ts';
import type { EventRecord } from './event-record.ts';

/** An event as MongoDB has it; `_id` is its id, so that one that comes twice is there once. */
export type EventDocument = Omit<EventRecord, 'id'> & {
  readonly _id: string;
  readonly expiresAt: Date;
};

/** The index is for readers: one kind of event, over a time. */
export const EVENT_COLLECTIONS: readonly MongoCollectionPlan[] = [
  {
    name: 'events',
    shardKey: { _id: 'hashed' },
    indexes: [{ name: 1, atMs: 1 }],
    expiryField: 'expiresAt',
  },
];

/** The model of a connection, made once for it. Events are written as they come: what may be in one is decided where it is recorded. */
export function eventModel(connection: Connection): Model<EventDocument> {
  const event = new Schema<EventDocument>(
    { _id: { type: String, required: true } },
    {
      strict: false,
      versionKey: false,
      autoIndex: false,
      autoCreate: false,
      bufferCommands: false,
    },
  );
  return connection.model<EventDocument>('AnalyticsEvent', event, 'events');
}
