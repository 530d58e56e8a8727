import type { NodeInfo } from '../cluster/node-info.ts';
import type { NodeRegistry } from '../cluster/node-lease.ts';
import { publicAddresses } from '../cluster/public-addresses.ts';
import type { RoomDirectory, RoomWhereabouts } from '../cluster/room-directory.ts';
import { roomLost } from '../cluster/room-lost.ts';
import { GameError } from '../errors/game-error.ts';
import type { RoomLocation } from '../protocol/rest.ts';

// Where a room is. Everybody whose node died asks this at once and wants to hear of its return at once, so a question may wait:
// held here, a thousand players cost a request a second each, and their rooms one question in 50 ms for all of them; asked again
// and again they would keep busy the nodes that bring the rooms back.

export interface AwaitedNews {
  /** 0: answers at once. */
  readonly waitMs: number;
  /** That the room runs there is no news. */
  readonly lostProcessId?: string;
}

export const LONGEST_WAIT_MS = 1_000;
/** Between two looks at the rooms that are waited for. */
const LOOK_EVERY_MS = 50;
/** After an answer that was waited for. */
const RETRY_AFTER_MS = 100;

interface Question extends Pick<AwaitedNews, 'lostProcessId'> {
  readonly roomId: string;
  readonly untilMs: number;
  readonly answer: PromiseWithResolvers<RoomLocation>;
}

export class RoomLocator {
  readonly #directory: Pick<RoomDirectory, 'whereAre'>;
  readonly #registry: NodeRegistry;
  readonly #extras: { readonly refuge?: string };
  /** Since the last turn of the event loop. */
  readonly #asked: Question[] = [];
  /** For news. */
  readonly #waiting: Question[] = [];
  #nextLook: NodeJS.Timeout | undefined;

  constructor(deps: {
    readonly directory: Pick<RoomDirectory, 'whereAre'>;
    readonly registry: NodeRegistry;
    /** Address of the region where rooms of this one go when it is lost. */
    readonly refuge?: string | undefined;
  }) {
    this.#directory = deps.directory;
    this.#registry = deps.registry;
    this.#extras = deps.refuge === undefined ? {} : { refuge: deps.refuge };
  }

  /** @throws {GameError} `ROOM_UNKNOWN`, `ROOM_LOST`, `DIRECTORY_UNAVAILABLE` */
  locate(roomId: string, { waitMs, ...news }: AwaitedNews): Promise<RoomLocation> {
    const answer = Promise.withResolvers<RoomLocation>();
    this.#asked.push({ roomId, ...news, untilMs: performance.now() + waitMs, answer });
    if (this.#asked.length === 1) setImmediate(() => void this.#look(this.#asked.splice(0)));
    return answer.promise;
  }

  /** Answers what can be answered; the rest waits for the next look. */
  async #look(questions: readonly Question[]): Promise<void> {
    this.#waiting.push(...(await this.#unanswered(questions)));
    if (this.#waiting.length === 0) return;
    this.#nextLook ??= setTimeout(() => {
      this.#nextLook = undefined;
      void this.#look(this.#waiting.splice(0));
    }, LOOK_EVERY_MS);
  }

  async #unanswered(questions: readonly Question[]): Promise<readonly Question[]> {
    const waiting: Question[] = [];
    try {
      const places = await this.#directory.whereAre([...new Set(questions.map((q) => q.roomId))]);
      await Promise.all(
        questions.map(async (question) => {
          const isAnswered = await this.#answer(question, places.get(question.roomId));
          if (!isAnswered) waiting.push(question);
        }),
      );
    } catch (error) {
      for (const { answer } of questions) answer.reject(error);
    }
    return waiting;
  }

  /** @returns whether it was answered: there was news, or no time left to wait for it */
  async #answer(
    { roomId, lostProcessId, untilMs, answer }: Question,
    place: RoomWhereabouts = { kind: 'unknown' },
  ): Promise<boolean> {
    if (place.kind === 'lost' || (place.kind === 'unknown' && this.#registry.knowsRooms)) {
      answer.reject(
        place.kind === 'lost'
          ? roomLost(roomId, place.reason)
          : new GameError('ROOM_UNKNOWN', { roomId }),
      );
      return true;
    }
    const owner = place.kind === 'owned' ? await this.#ownerThere(place, lostProcessId) : undefined;
    const isNews = owner !== undefined && owner.nodeId !== lostProcessId;
    if (!isNews && performance.now() + LOOK_EVERY_MS <= untilMs) return false;
    const nodes = publicAddresses(this.#registry.nodes);
    if (owner === undefined) {
      answer.resolve({
        ...{ state: 'recovering', roomId, retryAfterMs: RETRY_AFTER_MS, nodes },
        ...this.#extras,
      });
    } else {
      const { nodeId: processId, publicAddress } = owner;
      answer.resolve({
        ...{ state: 'running', roomId, processId, publicAddress, nodes },
        ...this.#extras,
      });
    }
    return true;
  }

  /** Undefined when nobody is to be told to go there: its lease has run out, or is about to; or its process is gone. */
  async #ownerThere(
    { nodeId }: { readonly nodeId: string },
    lostProcessId: string | undefined,
  ): Promise<NodeInfo | undefined> {
    const owner = this.#registry.find(nodeId);
    const isLost = nodeId === lostProcessId && !(await this.#registry.isThere(nodeId));
    return isLost ? undefined : owner;
  }
}
