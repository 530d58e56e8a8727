import { isDeepStrictEqual } from 'node:util';
import { mongo } from 'mongoose';
import type { BsonDocument } from './op-msg.ts';

const { Long, MinKey } = mongo.BSON;

/** What a router answers to a command that it refuses. */
export class RefusedCommand extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** What a cluster needs to know of its data. */
export interface ClusterData {
  hasDocuments(namespace: string): boolean;
  hasIndex(namespace: string, key: BsonDocument): boolean;
  /** Makes it when it is not there. */
  ensure(namespace: string): void;
}

interface ZoneRange {
  readonly ns: string;
  readonly min: BsonDocument;
  readonly max: BsonDocument;
  readonly tag: string;
}

/**
 * The config database of a sharded cluster and the commands that change it. What it refuses when chunks are to be made beforehand is
 * what MongoDB's source refuses (initial_split_policy.cpp, same codes). No chunk moves: there is nothing behind it.
 */
export class MongosCluster {
  readonly shards: Map<string, string[]>;
  readonly ranges: ZoneRange[] = [];
  /** Shard keys by namespace. */
  readonly keys = new Map<string, BsonDocument>();
  readonly databases = new Set<string>();
  readonly #data: ClusterData;

  constructor(shardIds: readonly string[], data: ClusterData) {
    this.shards = new Map(shardIds.map((id) => [id, []]));
    this.#data = data;
  }

  /** @returns the reply; null for a command that is about no cluster @throws {RefusedCommand} */
  run(name: string, command: BsonDocument): BsonDocument | null {
    switch (name) {
      case 'enableSharding':
        this.databases.add(String(command['enableSharding']));
        return {};
      case 'addShardToZone':
        return this.#addShardToZone(String(command['addShardToZone']), String(command['zone']));
      case 'updateZoneKeyRange':
        return this.#setRange(command);
      case 'shardCollection':
        return this.#shard(command);
      case 'find':
        return command['$db'] === 'config' ? this.#find(command) : null;
      default:
        return null;
    }
  }

  #addShardToZone(shard: string, zone: string): BsonDocument {
    const zones = this.shards.get(shard);
    if (!zones) throw new RefusedCommand(70, `shard ${shard} does not exist`);
    if (!zones.includes(zone)) zones.push(zone);
    return {};
  }

  #setRange({ updateZoneKeyRange, min, max, zone }: BsonDocument): BsonDocument {
    const isKnown = [...this.shards.values()].some((zones) => zones.includes(String(zone)));
    if (!isKnown) throw new RefusedCommand(177, `zone ${zone} does not exist`);
    const range = { ns: String(updateZoneKeyRange), min, max, tag: String(zone) } as ZoneRange;
    const others = this.ranges.filter(({ ns }) => ns === range.ns);
    if (others.some((other) => isDeepStrictEqual(other, range))) return {};
    if (others.some((other) => overlap(other, range))) {
      throw new RefusedCommand(178, `zone range of ${zone} overlaps with an existing one`);
    }
    this.ranges.push(range);
    return {};
  }

  #shard({ shardCollection, key, presplitHashedZones }: BsonDocument): BsonDocument {
    const ns = String(shardCollection);
    const wanted = key as BsonDocument;
    const found = this.keys.get(ns);
    if (found) {
      if (JSON.stringify(found) === JSON.stringify(wanted)) return {};
      throw new RefusedCommand(23, `${ns} is already sharded by another key`);
    }
    const hasDocuments = this.#data.hasDocuments(ns);
    if (hasDocuments && !this.#data.hasIndex(ns, wanted)) {
      throw new RefusedCommand(72, 'please create an index that starts with the shard key');
    }
    if (presplitHashedZones === true) {
      checkPresplit(
        wanted,
        this.ranges.filter((range) => range.ns === ns),
        hasDocuments,
      );
    }
    this.keys.set(ns, wanted);
    this.#data.ensure(ns);
    return {};
  }

  #find({ find, filter }: BsonDocument): BsonDocument {
    const rows = this.#rows(String(find)).filter((row) =>
      Object.entries((filter ?? {}) as BsonDocument).every(([field, wanted]) =>
        isWanted(row[field], wanted),
      ),
    );
    return { cursor: { id: Long.ZERO, ns: `config.${find}`, firstBatch: rows } };
  }

  #rows(collection: string): BsonDocument[] {
    switch (collection) {
      case 'shards':
        return [...this.shards].map(([id, tags]) => ({ _id: id, host: `${id}/h:1`, tags }));
      case 'databases':
        return [...this.databases].map((id) => ({ _id: id }));
      case 'tags':
        return this.ranges.map((range) => ({ ...range }));
      case 'collections':
        return [...this.keys].map(([id, key]) => ({ _id: id, key }));
      default:
        throw new Error(`the double has no config.${collection}`);
    }
  }
}

function isWanted(value: unknown, wanted: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null) return value === wanted;
  return ((wanted as BsonDocument)['$in'] as readonly unknown[]).includes(value);
}

/** Whether two ranges share a value of the first field; where only the rest differs they are thought to. */
function overlap(a: ZoneRange, b: ZoneRange): boolean {
  return first(a.min) < first(b.max) && first(b.min) < first(a.max);
}

function first(bound: BsonDocument): string {
  const [value] = Object.values(bound);
  if (typeof value === 'string') return value;
  return value instanceof MinKey ? '' : '\u{10ffff}';
}

/** PresplitHashedZonesSplitPolicy::_validate, for a key of ours: a region, then a hash. */
function checkPresplit(
  key: BsonDocument,
  ranges: readonly ZoneRange[],
  hasDocuments: boolean,
): void {
  if (hasDocuments || ranges.length === 0) {
    throw new RefusedCommand(31_387, 'presplitHashedZones wants an empty collection with zones');
  }
  const [prefix = '', hashed = ''] = Object.keys(key);
  if (key[prefix] === 'hashed') throw new RefusedCommand(31_412, 'one zone for everything');
  for (const { min, max } of ranges) {
    if (typeof min[prefix] !== 'string') throw new RefusedCommand(31_388, 'MinKey as a prefix');
    if (min[prefix] === max[prefix]) throw new RefusedCommand(31_390, 'the same prefix');
    if (!(min[hashed] instanceof MinKey)) throw new RefusedCommand(31_389, 'no MinKey');
  }
}
