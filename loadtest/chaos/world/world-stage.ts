import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { eventually } from '../../../test/support/eventually.ts';
import { areAllRegionsOpen } from '../../../test/support/regions-open.ts';
import { type TemporaryFolder, temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { machineNowMs } from '../../machine/machine-clock.ts';
import { Reaper } from '../../machine/reaper.ts';
import { World } from '../../world/world.ts';
import { TICKET_TIMEOUT_S } from './queue.ts';
import { TicketCrew } from './ticket-crew.ts';
import { TicketWatch } from './ticket-watch.ts';
import { readWitness } from './witness.ts';
import type { Trouble, WorldEvidence } from './world-evidence.ts';
import { WorldRooms } from './world-rooms.ts';

const GAME = 'loadtest/chaos/world/world-game.ts';
/** Ten processes on two cores: one that waits for its turn while it starts is not one that hangs, and nobody hangs here on purpose. */
const NODE_ENV = { MERIDIAN_CLUSTER_HANG_MS: '10000' };
const SECOND_MS = 1_000;
const LOOK_EVERY_MS = 100;
const KNOWN_WITHIN_MS = 30_000;
/** Tickets have ended by then when the world has been whole for so long, with as much again for a loaded machine. */
const WAIT_ON_MS = 5_000;
const ALL_END_WITHIN_MS = TICKET_TIMEOUT_S * SECOND_MS + 20_000;

export interface WorldStageOptions {
  /** Regions with a second node. */
  readonly twoNodesIn: readonly string[];
  readonly playersPerHome: number;
  readonly ticketsPerSecond: number;
  readonly seed: number;
  /** At the end, whoever has waited on for a while takes his ticket back, so that nobody has to wait until it expires. */
  readonly takesBack: boolean;
  /** Folder for the nodes' logs; it exists. */
  readonly logFolder?: string | undefined;
}

/** One second of a run. */
export interface WorldSecond {
  readonly at: number;
  readonly entered: number;
  readonly waiting: number;
  /** Players who were matched in it. */
  readonly matched: number;
  /** Bots in rooms, and those who look for theirs; 0 where there are none. */
  readonly seated: number;
  readonly searching: number;
  /** What the run did in it. */
  readonly events: readonly string[];
}

/** Five regions with players who queue, rooms full of bots where wanted, and everything that is seen of them while things break. */
export class WorldStage implements AsyncDisposable {
  readonly world: World;
  readonly tickets: TicketCrew;
  readonly seconds: WorldSecond[] = [];
  readonly #watches: readonly TicketWatch[];
  readonly #witnessFile: string;
  readonly #owned: AsyncDisposableStack;
  readonly #onSecond: (second: WorldSecond) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #startedAtMs = machineNowMs();
  readonly #takesBack: boolean;
  /** All ways lead through this process. */
  readonly #delay = monitorEventLoopDelay();
  readonly #troubles: Trouble[] = [];
  #events: string[] = [];
  #rooms: WorldRooms | null = null;

  /** @param onSecond - gets every second as it ends */
  static async open(
    options: WorldStageOptions,
    onSecond: (second: WorldSecond) => void = () => undefined,
  ): Promise<WorldStage> {
    await using owned = new AsyncDisposableStack();
    const folder: TemporaryFolder = owned.use(await temporaryFolder('chaos'));
    owned.use(new Reaper()).watchFolder(folder.path);
    const witnessFile = join(folder.path, 'witness.jsonl');
    const env = { ...NODE_ENV, CHAOS_WITNESS_FILE: witnessFile };
    const world = owned.use(
      await World.start({ game: GAME, nodesPerRegion: 1, env, logFolder: options.logFolder }),
    );
    for (const regionId of options.twoNodesIn) await world.startNode(regionId);
    await knowEachOther(world);
    const watches: TicketWatch[] = [];
    for (const [regionId, { cluster }] of world.regions) {
      watches.push(owned.use(await TicketWatch.begin(cluster.redis.client(), regionId)));
    }
    const homes = [...world.regions.keys()];
    const doors = await Promise.all(
      homes.map(async (home) => [home, await world.doorFrom(home, home)] as const),
    );
    const tickets = await TicketCrew.begin({
      doors: Object.fromEntries(doors),
      playersPerHome: options.playersPerHome,
      rateHz: options.ticketsPerSecond,
      seed: options.seed,
    });
    owned.use(tickets);
    const { takesBack } = options;
    return new WorldStage(
      { world, tickets, watches, witnessFile, takesBack, owned: owned.move() },
      onSecond,
    );
  }

  private constructor(
    parts: {
      readonly world: World;
      readonly tickets: TicketCrew;
      readonly watches: readonly TicketWatch[];
      readonly witnessFile: string;
      readonly owned: AsyncDisposableStack;
      readonly takesBack: boolean;
    },
    onSecond: (second: WorldSecond) => void,
  ) {
    this.world = parts.world;
    this.tickets = parts.tickets;
    this.#watches = parts.watches;
    this.#witnessFile = parts.witnessFile;
    this.#owned = parts.owned;
    this.#takesBack = parts.takesBack;
    this.#onSecond = onSecond;
    this.#delay.enable();
    this.#timer = setInterval(() => this.#cutSecond(), SECOND_MS);
  }

  /** Rooms full of bots; asked for once they are there. */
  get rooms(): WorldRooms {
    if (this.#rooms === null) throw new Error('No rooms were filled.');
    return this.#rooms;
  }

  /** Seconds since the stage was opened. */
  get elapsedS(): number {
    return (machineNowMs() - this.#startedAtMs) / SECOND_MS;
  }

  /** Durable rooms in one region, with bots who live there. */
  async fillRooms(
    regionId: string,
    party: { readonly rooms: number; readonly botsPerRoom: number },
  ): Promise<void> {
    const rooms = await WorldRooms.fill(this.world, regionId, party);
    this.#rooms = this.#owned.use(rooms);
    this.note(`${party.rooms * party.botsPerRoom} players in ${party.rooms} rooms of ${regionId}`);
  }

  /** Tells the timeline what happens. */
  note(what: string): void {
    this.#events.push(what);
  }

  /** From now on something is wrong, until `isOver` is called. */
  trouble(what: string, lostRegionIds: readonly string[] = []): { isOver(how: string): void } {
    const trouble: Trouble = { what, fromMs: machineNowMs(), toMs: null, lostRegionIds };
    this.#troubles.push(trouble);
    this.note(what);
    return {
      isOver: (how) => {
        trouble.toMs = machineNowMs();
        this.note(how);
      },
    };
  }

  /** Lets time pass. */
  async play(seconds: number): Promise<void> {
    await sleep(seconds * SECOND_MS);
  }

  /** Ends the run, in a world that is whole again: nobody enters any more, all tickets end, bots leave. */
  async finish(): Promise<WorldEvidence> {
    const enteringMs = { from: this.#startedAtMs, to: machineNowMs() };
    this.tickets.stop();
    this.note('nobody enters any more');
    await this.#allEnd();
    const rooms = (await this.#rooms?.finish()) ?? null;
    return {
      trips: [...this.tickets.trips.values()],
      refusals: this.tickets.refusals,
      histories: this.#watches.flatMap(({ histories }) => histories),
      testimony: readWitness(this.#witnessFile),
      troubles: this.#troubles,
      enteringMs,
      waysStoodStillMs: this.#delay.max / 1_000_000,
      rooms,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.#delay.disable();
    await this.#owned.disposeAsync();
  }

  async #allEnd(): Promise<void> {
    const deadlineMs = machineNowMs() + ALL_END_WITHIN_MS;
    const takesBackAtMs = this.#takesBack ? machineNowMs() + WAIT_ON_MS : deadlineMs;
    let hasTakenBack = false;
    while (this.tickets.waiting.length + this.tickets.arriving.length > 0) {
      if (machineNowMs() > deadlineMs) return;
      if (machineNowMs() > takesBackAtMs && !hasTakenBack) {
        hasTakenBack = true;
        this.tickets.takeBack();
      }
      await sleep(LOOK_EVERY_MS);
    }
  }

  #cutSecond(): void {
    const sinceMs = machineNowMs() - SECOND_MS;
    const trips = [...this.tickets.trips.values()];
    const second: WorldSecond = {
      at: Math.round(this.elapsedS),
      entered: trips.filter(({ enteredAtMs }) => enteredAtMs > sinceMs).length,
      waiting: this.tickets.waiting.length,
      matched: trips.filter(({ end }) => end?.kind === 'matched' && end.atMs > sinceMs).length,
      seated: this.#rooms?.tally.seated ?? 0,
      searching: this.#rooms?.tally.searching ?? 0,
      events: this.#events,
    };
    this.#events = [];
    this.seconds.push(second);
    this.#onSecond(second);
  }
}

/** Until every region has heard that all others take rooms. */
async function knowEachOther(world: World): Promise<void> {
  for (const { cluster } of world.regions.values()) {
    await eventually(() => areAllRegionsOpen(`http://${cluster.frontDoor}`), {
      withinMs: KNOWN_WITHIN_MS,
    });
  }
}

function sleep(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
