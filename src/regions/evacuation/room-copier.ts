import type { Clock } from '../../shared/clock.ts';
import type { RedisClient } from '../../storage/redis/redis-script.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { LinkLoop } from '../link/link-loop.ts';
import { type AskedRoom, CopiedRooms, noteText, type RoomNote } from './copied-rooms.ts';
import type { IsolationFence } from './isolation-fence.ts';
import { JournalCopy } from './journal-copy.ts';

// What a node does so that its durable rooms can live on in another region, and so that it does not play one that does.
//
//   fence closed ──others hear us──▶ ask the buddy for our rooms ─┬─ lives there ──▶ let go of
//                                          ▲                      └─ the rest ─▶ fence open ─▶ note listings, copy journals ─┐
//                                          └──── the fence closes, or the buddy has forgotten us ◀── four times a second ────┘
//
// Redis to Redis, beside the link: journals are large, and must not keep matchmaking waiting.

const EVERY_MS = 250;
/** Listings and journals of rooms are read and sent by so many at a time. */
const LANE = 50;

export interface RoomCopierDeps {
  /** This region's Redis, and the buddy's. */
  readonly from: RedisClient;
  readonly to: RedisClient;
  readonly fence: IsolationFence;
  readonly clock: Clock;
  readonly log: Logger;
  /** Rooms of this node that may be evacuated, as they are now. */
  readonly rooms: () => readonly RoomNote[];
  /** Durable rooms of the whole region, whoever has them. @throws {Error} when this region's Redis does not answer */
  readonly roomsOfRegion: () => Promise<readonly AskedRoom[]>;
  /** Which of these nobody in this region has any more. @throws {Error} when this region's Redis does not answer */
  readonly ended: (roomIds: readonly string[]) => Promise<readonly string[]>;
  /** Rooms of this region that live in the buddy, with their epochs there. */
  readonly onEvacuated: (rooms: ReadonlyMap<string, number>) => void;
  /** @param lagMs - since the buddy had everything */
  readonly onLag: (lagMs: number) => void;
}

interface Copied {
  readonly journal: JournalCopy;
  note: string;
}

export class RoomCopier {
  readonly #deps: RoomCopierDeps;
  readonly #there: CopiedRooms;
  readonly #loop: LinkLoop;
  readonly #copied = new Map<string, Copied>();
  #hasAsked = false;
  #completeAtMs: number;
  #isTroubled = false;

  constructor(
    deps: RoomCopierDeps,
    names: { readonly regionId: string; readonly nodeId: string; readonly buddyId: string },
  ) {
    this.#deps = deps;
    this.#there = new CopiedRooms(deps.to, names);
    this.#completeAtMs = deps.clock.monotonicMs();
    this.#loop = new LinkLoop(
      async () => {
        await this.#round();
        await this.#loop.pause(EVERY_MS);
      },
      {
        longestBackOffMs: 1_000,
        onFailure: (error) => {
          this.#tellLag();
          if (this.#isTroubled) return;
          this.#isTroubled = true;
          const reason = error instanceof Error ? error.message : String(error);
          deps.log.warn({ buddy: names.buddyId, reason }, 'rooms are not copied to the buddy now');
        },
      },
    );
  }

  start(): void {
    this.#loop.start();
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
  }

  async #round(): Promise<void> {
    const { fence, clock, log } = this.#deps;
    if (!fence.isOpen) this.#hasAsked = false;
    if (!this.#hasAsked && fence.isHeard) await this.#ask();
    if (fence.isOpen && this.#hasAsked) {
      const beganAtMs = clock.monotonicMs();
      if (await this.#copy()) this.#completeAtMs = beganAtMs;
      if (this.#isTroubled) log.info('rooms are copied to the buddy again');
      this.#isTroubled = false;
    }
    this.#tellLag();
  }

  async #ask(): Promise<void> {
    const { fence, onEvacuated } = this.#deps;
    const { term } = fence;
    const rooms = await this.#deps.roomsOfRegion();
    // A region that has nothing yet need not wait for its buddy.
    if (rooms.length === 0) fence.open(term);
    const evacuated = await this.#there.release(rooms);
    onEvacuated(evacuated);
    for (const { roomId, isTakenBack } of rooms) {
      if (isTakenBack && !evacuated.has(roomId)) fence.unshare(roomId);
    }
    this.#copied.clear();
    this.#hasAsked = true;
    fence.open(term);
  }

  /** @returns whether the buddy has everything */
  async #copy(): Promise<boolean> {
    const { rooms, ended, fence } = this.#deps;
    const now = rooms();
    if (!(await this.#note(now))) return false;
    let isWhole = true;
    for (let at = 0; at < now.length; at += LANE) {
      const lane = now.slice(at, at + LANE).flatMap(({ roomId }) => this.#copied.get(roomId) ?? []);
      const carried = await Promise.all(lane.map(({ journal }) => journal.carry()));
      isWhole &&= carried.every(Boolean);
    }
    const present = new Set(now.map(({ roomId }) => roomId));
    const absent = [...this.#copied.keys()].filter((roomId) => !present.has(roomId));
    if (absent.length > 0) {
      await this.#there.drop(await ended(absent));
      for (const roomId of absent) {
        this.#copied.delete(roomId);
        fence.forget(roomId);
      }
    }
    return isWhole;
  }

  /** Listings first: a journal without one is of no use. @returns false when there is nothing to go on with */
  async #note(rooms: readonly RoomNote[]): Promise<boolean> {
    const { fence, from, to } = this.#deps;
    const changed = rooms.filter((room) => this.#copied.get(room.roomId)?.note !== noteText(room));
    if (!changed.every(({ roomId }) => fence.share(roomId))) return false;
    // Also without news: the buddy says whether it still knows us.
    if (!(await this.#there.note(changed))) {
      this.#hasAsked = false;
      return false;
    }
    for (const room of changed) {
      const known = this.#copied.get(room.roomId);
      const journal = known?.journal ?? new JournalCopy(room.roomId, { from, to });
      this.#copied.set(room.roomId, { journal, note: noteText(room) });
    }
    return true;
  }

  #tellLag(): void {
    this.#deps.onLag(this.#deps.clock.monotonicMs() - this.#completeAtMs);
  }
}
