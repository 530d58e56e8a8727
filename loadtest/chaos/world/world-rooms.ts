import { machineNowMs } from '../../machine/machine-clock.ts';
import type { World } from '../../world/world.ts';
import { Crew } from '../bots/crew.ts';
import type { BotTally } from '../bots/wire.ts';
import type { Evidence, Fault } from '../evidence/evidence.ts';
import { RegionWatch } from '../evidence/region-watch.ts';

const LOOK_EVERY_MS = 250;
/** For what was sent last to arrive, before the last look: half a world and back, and a room's step. */
const HUSH_MS = 1_500;
/** Seats that nobody took are held for a while, and so are their rooms. */
const LEFTOVERS_WITHIN_MS = 30_000;

export interface WorldParty {
  readonly rooms: number;
  readonly botsPerRoom: number;
}

/** Rooms of one region of a world, full of bots who live there and use the real client SDK, and what is seen of them. */
export class WorldRooms implements AsyncDisposable {
  readonly #crew: Crew;
  readonly #watches: readonly RegionWatch[];
  readonly #faults: Fault[] = [];

  static async fill(world: World, regionId: string, party: WorldParty): Promise<WorldRooms> {
    const { rooms, botsPerRoom } = party;
    const watches = [...world.regions.values()].map(
      ({ cluster }) => new RegionWatch(cluster.redis.client()),
    );
    const crew = new Crew(rooms * botsPerRoom);
    const frontDoor = await world.doorFrom(regionId, regionId);
    await crew.join(
      Array.from({ length: rooms * botsPerRoom }, (_, index) => ({
        ...({ index, kind: 'sdk', roomName: 'journal', frontDoor, seats: botsPerRoom } as const),
        group: `g${Math.floor(index / botsPerRoom)}`,
      })),
    );
    return new WorldRooms(crew, watches);
  }

  private constructor(crew: Crew, watches: readonly RegionWatch[]) {
    this.#crew = crew;
    this.#watches = watches;
  }

  get tally(): BotTally {
    return this.#crew.tally;
  }

  get roomIds(): ReadonlySet<string> {
    return new Set(this.#crew.joins.map(({ roomId }) => roomId));
  }

  /** Their region is lost: its processes play on for a moment, without a way to anybody. */
  cutOff(what: string, pids: readonly number[]): void {
    this.#faults.push({ atMs: machineNowMs(), what, pids, roomIds: [], cutsOff: true });
  }

  /** Waits until every bot plays. @returns false when `withinMs` passed first */
  async settled(withinMs: number): Promise<boolean> {
    const deadlineMs = machineNowMs() + withinMs;
    // One tally may be from before a loss.
    for (let calm = 0; calm < 3; ) {
      if (machineNowMs() > deadlineMs) return false;
      await sleep(LOOK_EVERY_MS);
      const { seated, ended } = this.#crew.tally;
      calm = seated + ended >= this.#crew.joins.length ? calm + 1 : 0;
    }
    return true;
  }

  /** Bots fall silent, are asked what they saw, and leave. */
  async finish(): Promise<Evidence> {
    this.#crew.hush();
    await sleep(HUSH_MS);
    await this.#crew.report();
    await this.#crew.leave();
    const leftovers = await this.#leftovers();
    const { joins, failedJoins, stays, endings } = this.#crew;
    return {
      ...{ joins, failedJoins, stays, endings, leftovers },
      ownerships: this.#watches
        .flatMap(({ ownerships }) => ownerships)
        .filter(({ roomId }) => this.roomIds.has(roomId))
        .toSorted((a, b) => a.seenAtMs - b.seenAtMs),
      foreignWrites: this.#watches.flatMap(({ foreignWrites }) => foreignWrites),
      faults: this.#faults,
      poisonedRooms: new Set(),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#crew[Symbol.asyncDispose]();
    await Promise.all(this.#watches.map((watch) => watch[Symbol.asyncDispose]()));
  }

  async #leftovers(): Promise<readonly string[]> {
    const roomIds = [...this.roomIds];
    const deadlineMs = machineNowMs() + LEFTOVERS_WITHIN_MS;
    for (;;) {
      const left = await Promise.all(this.#watches.map((watch) => watch.leftovers()));
      // Rooms of matches come and go: those whose players are lost hold their seats for a while.
      const leftovers = left
        .flat()
        .filter((line) => roomIds.some((roomId) => line.includes(roomId)));
      if (leftovers.length === 0 || machineNowMs() > deadlineMs) return leftovers;
      await sleep(LOOK_EVERY_MS);
    }
  }
}

function sleep(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
