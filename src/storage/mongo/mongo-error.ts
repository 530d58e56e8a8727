import { mongo } from 'mongoose';
import { GameError } from '../../errors/game-error.ts';

/** https://www.mongodb.com/docs/manual/reference/error-codes/ */
const DUPLICATE_KEY = 11_000;
/** What a server says that is overloaded, changing its primary, or too slow; the rest is about the command, so a bug. */
const UNAVAILABLE: ReadonlySet<number> = new Set([
  6, // HostUnreachable
  7, // HostNotFound
  50, // MaxTimeMSExpired
  64, // WriteConcernFailed: wtimeout; the write may come true
  89, // NetworkTimeout
  91, // ShutdownInProgress
  112, // WriteConflict
  133, // FailedToSatisfyReadPreference
  189, // PrimarySteppedDown
  202, // NetworkInterfaceExceededTimeLimit
  262, // ExceededTimeLimit
  10_107, // NotWritablePrimary
  11_600, // InterruptedAtShutdown
  11_602, // InterruptedDueToReplStateChange
  13_388, // StaleConfig
  13_435, // NotPrimaryNoSecondaryOk
  13_436, // NotPrimaryOrSecondary
]);

/** No connection, no server, or this client is closed. */
const CONNECTION_ERRORS = [
  mongo.MongoNetworkError,
  mongo.MongoServerSelectionError,
  mongo.MongoNotConnectedError,
  mongo.MongoTopologyClosedError,
  mongo.MongoClientClosedError,
  mongo.MongoExpiredSessionError,
] as const;

/** Of a socket that broke while the driver wrote to it: it lets these through as they are. */
const SOCKET_ERRORS: ReadonlySet<unknown> = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ERR_STREAM_DESTROYED',
]);

/** Whether MongoDB refused a document because its key is taken. The servers we meet do not all say which key. */
function isDuplicateKey(error: unknown): boolean {
  return error instanceof mongo.MongoServerError && error.code === DUPLICATE_KEY;
}

/** Whether a bulk write failed for nothing but documents whose key is taken. */
export function isOnlyDuplicates(error: unknown): boolean {
  if (!(error instanceof mongo.MongoBulkWriteError)) return isDuplicateKey(error);
  const errors = [error.writeErrors].flat();
  return errors.length > 0 && errors.every(({ code }) => code === DUPLICATE_KEY);
}

/**
 * Asks MongoDB, with its failures as ours.
 *
 * @throws {GameError} `STORE_UNAVAILABLE` when it does not answer, is overloaded or changes its primary; a write may then
 *   have happened. Anything else is thrown as it is: a duplicate key, or a bug
 */
export async function askMongo<Answer>(question: () => Promise<Answer>): Promise<Answer> {
  try {
    return await question();
  } catch (error) {
    throw isUnavailable(error) ? new GameError('STORE_UNAVAILABLE', {}, { cause: error }) : error;
  }
}

/** @returns false when a command fails with this code of MongoDB @throws what else it fails with */
export async function isDoneUnless(code: number, command: Promise<unknown>): Promise<boolean> {
  try {
    await command;
    return true;
  } catch (error) {
    if (error instanceof mongo.MongoServerError && error.code === code) return false;
    throw error;
  }
}

/**
 * Inserts a document.
 *
 * @param insert - bounded by the connection's write concern: mongoose gives an insert no time of its own
 * @returns false: its key is taken
 * @throws {GameError} as `askMongo`
 */
export async function insertIfNew(insert: () => Promise<unknown>): Promise<boolean> {
  try {
    await askMongo(insert);
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}

function isUnavailable(error: unknown): boolean {
  if (error instanceof mongo.MongoServerError) {
    return UNAVAILABLE.has(Number(error.code)) || error.hasErrorLabel('RetryableWriteError');
  }
  if (error instanceof Error && SOCKET_ERRORS.has((error as NodeJS.ErrnoException).code))
    return true;
  return CONNECTION_ERRORS.some((kind) => error instanceof kind) || isByName(error);
}

/** Classes that the driver does not export. */
function isByName(error: unknown): boolean {
  return (
    error instanceof mongo.MongoError &&
    ['MongoWaitQueueTimeoutError', 'MongoPoolClosedError'].includes(error.name)
  );
}
