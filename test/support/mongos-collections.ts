import { isDeepStrictEqual } from 'node:util';
import { mongo } from 'mongoose';
import { RefusedCommand } from './mongos-cluster.ts';
import type { BsonDocument } from './op-msg.ts';

const NAMESPACE_NOT_FOUND = 26;
const NAMESPACE_EXISTS = 48;
const DUPLICATE_KEY = 11_000;

/** Enough of MongoDB's commands, over maps in memory, for what our stores send. What is not here is an error, never a guess. */
export class MongosCollections {
  readonly #collections = new Map<string, Map<string, BsonDocument>>();
  readonly #validators = new Map<string, unknown>();
  readonly #indexes = new Map<string, BsonDocument[]>();

  /** @returns the reply, without `ok` and times */
  run(name: string, command: BsonDocument): BsonDocument {
    switch (name) {
      case 'insert':
        return this.#insert(command);
      case 'update':
        return this.#update(command);
      case 'delete':
        return this.#delete(command);
      case 'find':
        return this.#find(command);
      case 'create':
        return this.#create(command);
      case 'collMod':
        return this.#collMod(command);
      case 'createIndexes':
        return this.#createIndexes(command);
      case 'listCollections':
        return this.#list(command);
      case 'ping':
      case 'endSessions':
      case 'dropDatabase':
        return {};
      default:
        throw new Error(`the double does not know the command ${name}`);
    }
  }

  hasDocuments(namespace: string): boolean {
    return (this.#collections.get(namespace)?.size ?? 0) > 0;
  }

  hasIndex(namespace: string, key: BsonDocument): boolean {
    const indexes = this.#indexes.get(namespace) ?? [];
    return indexes.some((index) => JSON.stringify(index) === JSON.stringify(key));
  }

  ensure(namespace: string): void {
    if (!this.#collections.has(namespace)) this.#collections.set(namespace, new Map());
  }

  #create(command: BsonDocument): BsonDocument {
    const namespace = `${command['$db']}.${command['create']}`;
    if (this.#collections.has(namespace)) {
      throw new RefusedCommand(NAMESPACE_EXISTS, `${namespace} exists`);
    }
    this.ensure(namespace);
    this.#validators.set(namespace, command['validator']);
    return {};
  }

  #collMod(command: BsonDocument): BsonDocument {
    const namespace = `${command['$db']}.${command['collMod']}`;
    if (!this.#collections.has(namespace)) {
      throw new RefusedCommand(NAMESPACE_NOT_FOUND, `${namespace} does not exist`);
    }
    this.#validators.set(namespace, command['validator']);
    return {};
  }

  #createIndexes(command: BsonDocument): BsonDocument {
    const namespace = `${command['$db']}.${command['createIndexes']}`;
    const keys = documentsOf(command, 'indexes').map(({ key }) => key as BsonDocument);
    this.ensure(namespace);
    this.#indexes.set(namespace, [...(this.#indexes.get(namespace) ?? []), ...keys]);
    return {};
  }

  #list(command: BsonDocument): BsonDocument {
    const prefix = `${command['$db']}.`;
    const { name: wanted } = (command['filter'] ?? {}) as BsonDocument;
    const firstBatch = [...this.#collections.keys()]
      .filter((namespace) => namespace.startsWith(prefix))
      .map((namespace) => {
        const validator = this.#validators.get(namespace);
        const options = validator === undefined ? {} : { validator };
        return { name: namespace.slice(prefix.length), type: 'collection', options };
      })
      .filter(({ name }) => wanted === undefined || name === wanted);
    const ns = `${prefix}$cmd.listCollections`;
    return { cursor: { id: mongo.BSON.Long.ZERO, ns, firstBatch } };
  }

  #collection(command: BsonDocument, name: string): Map<string, BsonDocument> {
    const key = `${command['$db']}.${command[name]}`;
    let collection = this.#collections.get(key);
    if (!collection) {
      collection = new Map();
      this.#collections.set(key, collection);
    }
    return collection;
  }

  #insert(command: BsonDocument): BsonDocument {
    const collection = this.#collection(command, 'insert');
    const writeErrors: BsonDocument[] = [];
    for (const [index, document] of documentsOf(command, 'documents').entries()) {
      const id = String(document['_id']);
      if (collection.has(id)) {
        const keys = { keyPattern: { _id: 1 }, keyValue: { _id: id } };
        writeErrors.push({ index, code: DUPLICATE_KEY, errmsg: 'E11000 duplicate key', ...keys });
        if (command['ordered'] !== false) break;
      } else {
        collection.set(id, document);
      }
    }
    const n = documentsOf(command, 'documents').length - writeErrors.length;
    return writeErrors.length === 0 ? { n } : { n, writeErrors };
  }

  #update(command: BsonDocument): BsonDocument {
    const collection = this.#collection(command, 'update');
    let n = 0;
    for (const { q, u } of documentsOf(command, 'updates')) {
      for (const document of matching(collection, q as BsonDocument).slice(0, 1)) {
        collection.set(String(document['_id']), updated(document, u as BsonDocument));
        n += 1;
      }
    }
    return { n, nModified: n };
  }

  #delete(command: BsonDocument): BsonDocument {
    const collection = this.#collection(command, 'delete');
    let n = 0;
    for (const { q, limit } of documentsOf(command, 'deletes')) {
      const found = matching(collection, q as BsonDocument);
      for (const document of limit === 1 ? found.slice(0, 1) : found) {
        collection.delete(String(document['_id']));
        n += 1;
      }
    }
    return { n };
  }

  #find(command: BsonDocument): BsonDocument {
    const found = matching(this.#collection(command, 'find'), command['filter'] as BsonDocument);
    for (const [key, direction] of Object.entries((command['sort'] ?? {}) as BsonDocument)) {
      found.sort((a, b) => (Number(a[key]) - Number(b[key])) * Number(direction));
    }
    const limit = Number(command['limit'] ?? 0);
    const firstBatch = limit === 0 ? found : found.slice(0, limit);
    return {
      cursor: { id: mongo.BSON.Long.ZERO, ns: `${command['$db']}.${command['find']}`, firstBatch },
    };
  }
}

/** The list that a command carries under this name. */
export function documentsOf(command: BsonDocument, name: string): readonly BsonDocument[] {
  return (command[name] ?? []) as readonly BsonDocument[];
}

function matching(
  collection: ReadonlyMap<string, BsonDocument>,
  filter: BsonDocument,
): BsonDocument[] {
  return [...collection.values()].filter((document) => fitsAll(document, filter));
}

function matches(value: unknown, wanted: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null) return isDeepStrictEqual(value, wanted);
  return Object.entries(wanted).every(([operator, operand]) => fits(value, operator, operand));
}

function fits(value: unknown, operator: string, operand: unknown): boolean {
  switch (operator) {
    case '$lt':
      return Number(value) < Number(operand);
    case '$lte':
      return Number(value) <= Number(operand);
    case '$ne':
      return !isDeepStrictEqual(value, operand);
    case '$elemMatch':
      return (value as readonly BsonDocument[]).some((item) =>
        fitsAll(item, operand as BsonDocument),
      );
    default:
      throw new Error(`the double does not know the operator ${operator}`);
  }
}

function fitsAll(document: BsonDocument, filter: BsonDocument): boolean {
  return Object.entries(filter).every(([key, wanted]) => matches(document[key], wanted));
}

function updated(document: BsonDocument, update: BsonDocument): BsonDocument {
  const { $set, ...others } = update;
  if (Object.keys(others).length > 0) {
    throw new Error(`the double does not know the update ${Object.keys(others).join(', ')}`);
  }
  return { ...document, ...($set as BsonDocument) };
}
