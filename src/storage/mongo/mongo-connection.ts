import { type Connection, createConnection } from 'mongoose';
import { GameError } from '../../errors/game-error.ts';
import { askMongo } from './mongo-error.ts';

// One pool of connections to MongoDB. What a request waits for is bounded at every place where it can wait:
//
//   call ─▶ place in the pool (500 ms) ─▶ server chosen (3 s) ─▶ socket (10 s of silence) ─▶ majority on disk (2 s)
//
// Nothing is queued while MongoDB is away, and no index is made when a node starts: that is one job's work, not every node's.

/** Connections at most and at least. More: more parallel requests, and more memory in the database for each node. */
const MOST_CONNECTIONS = 50;
const FEWEST_CONNECTIONS = 10;
/** Connections made at a time. With the driver's 2, a thousand writes into a cold pool took twice as long. */
const MOST_CONNECTING = 4;
const POOL_WAIT_MS = 500;
const SERVER_SELECTION_MS = 3_000;
const CONNECT_MS = 3_000;
const SOCKET_SILENCE_MS = 10_000;
/** A write that the majority has not on disk by then is `STORE_UNAVAILABLE`, and may still come true. */
const MAJORITY_MS = 2_000;

/** Longest a question or a change may run in the database, ms: who asks says so each time, the driver's `timeoutMS` has no effect. */
export const MAX_COMMAND_MS = 2_000;

export interface MongoConnectionOptions {
  /** `mongodb://` or `mongodb+srv://`, with the name of the database. It may hold a password: no error repeats it. */
  readonly uri: string;
  /** Region of this node: copies tagged with it are the nearest for display reads. */
  readonly regionId: string;
  /** Connections kept open, for tests that want few. */
  readonly minPoolSize?: number;
  /** Silence after which a socket is given up, ms; 0: never, for a job whose index is built for hours. 10 s unless said otherwise. */
  readonly socketSilenceMs?: number;
}

/** A connected client. */
export interface MongoDatabase extends AsyncDisposable {
  readonly connection: Connection;
  readonly regionId: string;
  /** Whether the server knows sessions: all of MongoDB do, some that only speak its protocol do not. */
  readonly hasSessions: boolean;
  /** @throws {GameError} `STORE_UNAVAILABLE` */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Connects to MongoDB.
 *
 * @throws {GameError} `STORE_UNAVAILABLE` when no server answers within 3 s; {Error} for a URI that is none
 */
export async function openMongo(options: MongoConnectionOptions): Promise<MongoDatabase> {
  const { uri, regionId } = options;
  const { minPoolSize = FEWEST_CONNECTIONS, socketSilenceMs = SOCKET_SILENCE_MS } = options;
  const connection = createConnection();
  try {
    await connection.openUri(uri, {
      appName: `meridian-${regionId}`,
      maxPoolSize: MOST_CONNECTIONS,
      minPoolSize,
      maxConnecting: MOST_CONNECTING,
      waitQueueTimeoutMS: POOL_WAIT_MS,
      serverSelectionTimeoutMS: SERVER_SELECTION_MS,
      connectTimeoutMS: CONNECT_MS,
      socketTimeoutMS: socketSilenceMs,
      retryReads: true,
      retryWrites: true,
      writeConcern: { w: 'majority', journal: true, wtimeoutMS: MAJORITY_MS },
      // What is read is decided upon: it must not be rolled back by a failover afterwards.
      readConcern: { level: 'majority' },
      readPreference: 'primary',
      autoIndex: false,
      autoCreate: false,
      bufferCommands: false,
    });
    // The old name: servers that only speak the protocol do not all know the new one, and MongoDB knows both.
    const hello = await connection.db?.command({ isMaster: 1 });
    return {
      connection,
      regionId,
      hasSessions: typeof hello?.['logicalSessionTimeoutMinutes'] === 'number',
      ping: async () => {
        await askMongo(async () => connection.db?.command({ ping: 1 }));
      },
      close: () => connection.close(),
      [Symbol.asyncDispose]: () => connection.close(),
    };
  } catch (error) {
    await connection.close();
    throw isBadUri(error) ? error : new GameError('STORE_UNAVAILABLE', {}, { cause: error });
  }
}

function isBadUri(error: unknown): boolean {
  return (
    error instanceof Error && ['MongoParseError', 'MongoInvalidArgumentError'].includes(error.name)
  );
}
