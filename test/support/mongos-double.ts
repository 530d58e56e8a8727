import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { mongo } from 'mongoose';
import { EVENT_COLLECTIONS } from '../../src/analytics/event-mongo-model.ts';
import { ACCOUNT_COLLECTIONS } from '../../src/auth/account-mongo-models.ts';
import { PROFILE_COLLECTIONS } from '../../src/profiles/profile-mongo-models.ts';
import { MongosCluster, RefusedCommand } from './mongos-cluster.ts';
import { documentsOf, MongosCollections } from './mongos-collections.ts';
import { type BsonDocument, readFrames, replyFrame, type WireRequest } from './op-msg.ts';

/** A command as it came, and whether mongos could have asked one shard only. */
export interface SeenCommand {
  readonly name: string;
  readonly collection: string;
  readonly command: BsonDocument;
}

/**
 * What to do to a command instead of answering it: `lose-request`: the socket breaks, nothing has happened. `lose-reply`: it has
 * happened, then the socket breaks. `too-late`: it has happened, and the reply says that it took too long. A document: the reply.
 */
export type Fault = 'lose-request' | 'lose-reply' | 'too-late' | BsonDocument;

/** Nothing is tried again for it, and no connection ends. */
export const TOO_LATE: BsonDocument = { ok: 0, code: 50, errmsg: 'it took too long' };

const PLANS = [...PROFILE_COLLECTIONS, ...ACCOUNT_COLLECTIONS, ...EVENT_COLLECTIONS];
/** Commands that ask no collection. */
const OF_THE_SERVER = new Set(['hello', 'ismaster', 'isMaster', 'ping', 'endSessions']);
/** Commands of preparing and tidying up: they go to all shards by nature. */
const OF_ADMINISTRATION = new Set([
  'create',
  'collMod',
  'createIndexes',
  'dropDatabase',
  'listCollections',
]);
/** Databases and collections that are not sharded: a command to them reaches one shard by nature. */
const OF_ONE_SHARD = new Set(['admin', 'config']);
const UNSHARDED = new Set(['schema']);

/**
 * Lists that a region's own nodes ask for by the first part of the shard key: mongos asks the shards of that zone, none else.
 */
const LISTED_BY_ZONE = new Set(['intents']);

/**
 * Stands in for mongos: speaks the protocol, says it is a router with sessions, keeps documents in memory, and writes down each
 * command, above all those that are not aimed at one shard. It proves what we send and how we take failures, and nothing of what
 * a real cluster does inside (chunks, elections, moves between shards).
 */
export class MongosDouble implements AsyncDisposable {
  readonly seen: SeenCommand[] = [];
  /** Commands that a real mongos would have sent to every shard. */
  readonly untargeted: SeenCommand[] = [];
  /** Asked for each command; a fault is done to it. */
  fault: (seen: SeenCommand) => Fault | undefined = () => undefined;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #collections = new MongosCollections();
  /** What it routes to, for those who shard. */
  readonly cluster = new MongosCluster(['shardA', 'shardB', 'shardC'], this.#collections);
  /** Replies of retryable writes by session and number: one that is repeated is answered, not done again. */
  readonly #done = new Map<string, BsonDocument>();
  #time = 1;

  /** @param port - of one that has gone away */
  static async start(port = 0): Promise<MongosDouble> {
    const double = new MongosDouble();
    double.#server.listen(port, '127.0.0.1');
    await once(double.#server, 'listening');
    return double;
  }

  private constructor() {
    this.#server = createServer((socket) => this.#serve(socket));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get uri(): string {
    return `mongodb://127.0.0.1:${this.port}/meridian`;
  }

  /** Those of one command on one collection. */
  of(name: string, collection: string): readonly SeenCommand[] {
    return this.seen.filter((seen) => seen.name === name && seen.collection === collection);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #serve(socket: Socket): void {
    let received: Buffer = Buffer.alloc(0);
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      const { requests, rest } = readFrames(Buffer.concat([received, chunk]));
      received = rest;
      for (const request of requests) this.#answer(request, socket);
    });
  }

  #answer(request: WireRequest, socket: Socket): void {
    const { command } = request;
    const name = Object.keys(command)[0] ?? '';
    const seen = { name, collection: String(command[name]), command };
    const isOfServer = OF_THE_SERVER.has(name);
    if (!isOfServer) this.#note(seen);
    const fault = isOfServer ? undefined : this.fault(seen);
    if (fault === 'lose-request') return void socket.destroy();
    const reply = typeof fault === 'object' ? fault : this.#reply(seen);
    if (fault === 'lose-reply') return void socket.destroy();
    const said = fault === 'too-late' ? TOO_LATE : reply;
    socket.write(replyFrame(request, { ...said, ...this.#times() }));
  }

  #note(seen: SeenCommand): void {
    this.seen.push(seen);
    if (isOfData(seen) && !isTargeted(seen)) this.untargeted.push(seen);
  }

  #reply({ name, command }: SeenCommand): BsonDocument {
    if (['hello', 'ismaster', 'isMaster'].includes(name)) return hello();
    const retryKey = retryKeyOf(command);
    const before = retryKey === null ? undefined : this.#done.get(retryKey);
    if (before) return before;
    try {
      const done = this.cluster.run(name, command) ?? this.#collections.run(name, command);
      const reply = { ok: 1, ...done };
      if (retryKey !== null) this.#done.set(retryKey, reply);
      return reply;
    } catch (error) {
      if (error instanceof RefusedCommand) {
        return { ok: 0, code: error.code, errmsg: error.message };
      }
      return { ok: 0, code: 59, codeName: 'CommandNotFound', errmsg: String(error) };
    }
  }

  #times(): BsonDocument {
    const { Long, Timestamp } = mongo.BSON;
    this.#time += 1;
    const operationTime = new Timestamp({ t: 1, i: this.#time });
    const signature = { hash: Buffer.alloc(20), keyId: Long.ZERO };
    return { operationTime, $clusterTime: { clusterTime: operationTime, signature } };
  }
}

function hello(): BsonDocument {
  return {
    ok: 1,
    ismaster: true,
    isWritablePrimary: true,
    helloOk: true,
    msg: 'isdbgrid',
    maxBsonObjectSize: 16_777_216,
    maxMessageSizeBytes: 48_000_000,
    maxWriteBatchSize: 100_000,
    localTime: new Date(),
    logicalSessionTimeoutMinutes: 30,
    minWireVersion: 0,
    maxWireVersion: 25,
    connectionId: 1,
  };
}

/** The session and number of a retryable write; null for what is none. */
function retryKeyOf(command: BsonDocument): string | null {
  const { txnNumber, lsid } = command as {
    txnNumber?: unknown;
    lsid?: { id?: { toString(): string } };
  };
  if (txnNumber === undefined || lsid?.id === undefined) return null;
  return `${lsid.id.toString()}/${String(txnNumber)}`;
}

/** Whether it asks a collection that may be spread over shards. */
function isOfData({ name, collection, command }: SeenCommand): boolean {
  if (OF_ADMINISTRATION.has(name)) return false;
  return !OF_ONE_SHARD.has(String(command['$db'])) && !UNSHARDED.has(collection);
}

/** Whether every filter, and every document that is new, says the whole shard key. */
function isTargeted({ name, collection, command }: SeenCommand): boolean {
  const plan = PLANS.find((each) => each.name === collection);
  if (!plan) return false;
  const keys = Object.keys(plan.shardKey);
  const wanted = LISTED_BY_ZONE.has(collection) && name === 'find' ? keys.slice(0, 1) : keys;
  const filters = filtersOf(name, command);
  return filters.length > 0 && filters.every((filter) => wanted.every((key) => isOne(filter[key])));
}

function filtersOf(name: string, command: BsonDocument): readonly BsonDocument[] {
  switch (name) {
    case 'find':
      return [(command['filter'] ?? {}) as BsonDocument];
    case 'insert':
      return documentsOf(command, 'documents');
    case 'update':
      return documentsOf(command, 'updates').map(({ q }) => q as BsonDocument);
    case 'delete':
      return documentsOf(command, 'deletes').map(({ q }) => q as BsonDocument);
    default:
      // Nothing that we know of: not ours to send.
      return [];
  }
}

/** A value, not a range. */
function isOne(value: unknown): boolean {
  return typeof value === 'string';
}
