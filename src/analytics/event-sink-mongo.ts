import type { Model } from 'mongoose';
import { z } from 'zod';
import { GameError } from '../errors/game-error.ts';
import { parseJson } from '../shared/parse-json.ts';
import type { MongoDatabase } from '../storage/mongo/mongo-connection.ts';
import { askMongo, isOnlyDuplicates } from '../storage/mongo/mongo-error.ts';
import { type EventDocument, eventModel } from './event-mongo-model.ts';
import type { EventSink, SinkOutcome } from './event-sink.ts';

/** Documents in one command: a few hundred KiB at most, so that one does not hold the others up. */
const MOST_TOGETHER = 256;

/** Not strict: a newer node may write more into the stream than this one knows, and it is kept. */
const Line = z.looseObject({ id: z.string().min(1), atMs: z.number() });

/**
 * Events in MongoDB, one document each: delivered at least once, they are there once. Written is what is in the journal of a majority. The
 * database removes them `keepMs` after they happened. It stays its opener's.
 */
export class MongoEventSink implements EventSink {
  readonly #events: Model<EventDocument>;
  readonly #keepMs: number;

  constructor(
    deps: { readonly database: MongoDatabase },
    options: {
      /** Age after which an event goes, ms. */
      readonly keepMs: number;
    },
  ) {
    this.#events = eventModel(deps.database.connection);
    this.#keepMs = options.keepMs;
  }

  async write(lines: readonly string[]): Promise<SinkOutcome> {
    const documents = lines.flatMap((line) => this.#documentOf(line) ?? []);
    try {
      for (let from = 0; from < documents.length; from += MOST_TOGETHER) {
        await this.#insert(documents.slice(from, from + MOST_TOGETHER));
      }
      return { kind: 'written' };
    } catch (error) {
      return { kind: 'failed', reason: reasonOf(error) };
    }
  }

  async close(): Promise<void> {}

  async #insert(documents: readonly EventDocument[]): Promise<void> {
    try {
      // Unordered: one that is there already stops none of the others.
      await askMongo(() => this.#events.insertMany(documents, { ordered: false, lean: true }));
    } catch (error) {
      if (!isOnlyDuplicates(error)) throw error;
    }
  }

  /** @returns null for what a foreign hand has put into the stream: nobody could tell what it is */
  #documentOf(text: string): EventDocument | null {
    const line = parseJson(Line, text);
    if (line === null) return null;
    const { id, ...rest } = line;
    const expiresAt = new Date(line.atMs + this.#keepMs);
    return { ...rest, _id: id, expiresAt } as unknown as EventDocument;
  }
}

/** A code: what MongoDB says of a document may quote it. */
function reasonOf(error: unknown): string {
  if (error instanceof GameError) return error.code;
  const { code } = Object(error) as { readonly code?: unknown };
  if (typeof code === 'number') return `MongoDB error ${code}`;
  return error instanceof Error ? error.name : 'unknown';
}
