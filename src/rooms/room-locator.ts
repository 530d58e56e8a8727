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
  #asked: Question[] = [];
  /** For news, by room. */
  #waiting = new Map<string, Question[]>();
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
    if (this.#asked.length === 1) setImmediate(() => void this.#lookForAsked());
    return answer.promise;
  }

  /** A room is here now, and may be entered: who waits for it need not wait for the next look. */
  isHere(roomId: string, nodeId: string): void {
    const questions = this.#waiting.get(roomId);
    if (questions === undefined) return;
    this.#waiting.delete(roomId);
    this.#keep(roomId, this.#unanswered(questions, { kind: 'owned', nodeId }, NOBODY));
  }

  async #lookForAsked(): Promise<void> {
    const asked = Map.groupBy(this.#asked, ({ roomId }) => roomId);
    this.#asked = [];
    await this.#look(asked);
  }

  /** Answers what can be answered; the rest waits for the next look. */
  async #look(byRoom: ReadonlyMap<string, Question[]>): Promise<void> {
    try {
      const places = await this.#directory.whereAre([...byRoom.keys()]);
      const gone = await this.#goneAmong(byRoom, places);
      for (const [roomId, questions] of byRoom) {
        const place = places.get(roomId) ?? { kind: 'unknown' };
        this.#keep(roomId, this.#unanswered(questions, place, gone));
      }
    } catch (error) {
      for (const { answer } of [...byRoom.values()].flat()) answer.reject(error);
    }
    if (this.#waiting.size === 0) return;
    this.#nextLook ??= setTimeout(() => {
      this.#nextLook = undefined;
      const waiting = this.#waiting;
      this.#waiting = new Map();
      void this.#look(waiting);
    }, LOOK_EVERY_MS);
  }

  #keep(roomId: string, questions: readonly Question[]): void {
    if (questions.length === 0) return;
    const known = this.#waiting.get(roomId);
    if (known === undefined) this.#waiting.set(roomId, [...questions]);
    else known.push(...questions);
  }

  /** Of the processes that somebody has lost and that still have a room, those that are known to be gone: their leases may live. */
  async #goneAmong(
    byRoom: ReadonlyMap<string, readonly Question[]>,
    places: ReadonlyMap<string, RoomWhereabouts>,
  ): Promise<ReadonlySet<string>> {
    const lost = new Set<string>();
    for (const [roomId, questions] of byRoom) {
      const place = places.get(roomId);
      if (place?.kind !== 'owned') continue;
      if (questions.some((one) => one.lostProcessId === place.nodeId)) lost.add(place.nodeId);
    }
    const gone = new Set<string>();
    await Promise.all(
      [...lost].map(async (nodeId) => {
        if (!(await this.#registry.isThere(nodeId))) gone.add(nodeId);
      }),
    );
    return gone;
  }

  /**
   * Answers those for whom there is news, or no time left to wait for it.
   *
   * @returns the others
   */
  #unanswered(
    questions: readonly Question[],
    place: RoomWhereabouts,
    gone: ReadonlySet<string>,
  ): readonly Question[] {
    const isLost = place.kind === 'lost';
    if (isLost || (place.kind === 'unknown' && this.#registry.knowsRooms)) {
      for (const { roomId, answer } of questions) {
        answer.reject(
          isLost ? roomLost(roomId, place.reason) : new GameError('ROOM_UNKNOWN', { roomId }),
        );
      }
      return [];
    }
    // Nobody, when its lease has run out, or is about to.
    const owner = place.kind === 'owned' ? this.#registry.find(place.nodeId) : undefined;
    const nextLookMs = performance.now() + LOOK_EVERY_MS;
    return questions.filter((question) => {
      const { lostProcessId, untilMs } = question;
      const isNews = owner !== undefined && owner.nodeId !== lostProcessId;
      if (!isNews && nextLookMs <= untilMs) return true;
      const isBack = owner !== undefined && (isNews || !gone.has(owner.nodeId));
      this.#tell(question, isBack ? owner : undefined);
      return false;
    });
  }

  #tell({ roomId, answer }: Question, owner: NodeInfo | undefined): void {
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
  }
}

const NOBODY: ReadonlySet<string> = new Set();
