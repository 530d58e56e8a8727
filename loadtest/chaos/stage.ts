import { Cluster } from '../cluster/cluster.ts';
import type { ClusterNode } from '../cluster/cluster-node.ts';
import { machineNowMs } from '../machine/machine-clock.ts';
import { Crew } from './bots/crew.ts';
import type { BotPlan } from './bots/wire.ts';
import type { Misbehaviour } from './chaos-state.ts';
import type { Evidence, Fault } from './evidence/evidence.ts';
import { RegionWatch } from './evidence/region-watch.ts';

export const CHAOS_GAME = 'loadtest/chaos/chaos-game.ts';
const SECOND_MS = 1_000;
const LOOK_EVERY_MS = 50;
/** Bots tell how they are four times a second. */
const TALLY_MS = 250;
const SETTLED_WITHIN_MS = 30_000;
/** For what was sent last to arrive, before the last look. */
const HUSH_MS = 1_000;
const LEFTOVERS_WITHIN_MS = 15_000;

export interface StageOptions {
  readonly nodes: number;
  /** Bots expected; decides over the number of bot processes. */
  readonly bots: number;
  readonly nodeEnv?: Readonly<Record<string, string>>;
  /** Whether nodes can be cut off from Redis (yes). */
  readonly canBeCutOff?: boolean;
  /** Folder for the nodes' logs; it exists. */
  readonly logFolder?: string | undefined;
}

/** One second of a run. */
export interface StageSecond {
  readonly at: number;
  readonly seated: number;
  readonly searching: number;
  readonly ended: number;
  readonly states: number;
  /** How late the bots' own timers were, at worst, ms. */
  readonly worstLateMs: number;
  /** What the run did in it. */
  readonly events: readonly string[];
}

/** Rooms to fill with bots. */
export interface Party {
  readonly roomName: 'journal' | 'checkpoint' | 'none';
  readonly rooms: number;
  readonly botsPerRoom: number;
  /** How many of the bots use the real client SDK. */
  readonly sdkBots?: number;
}

/** A cluster with bots in its rooms, and everything that is seen of them while things break. */
export class Stage implements AsyncDisposable {
  readonly cluster: Cluster;
  readonly crew: Crew;
  readonly watch: RegionWatch;
  readonly seconds: StageSecond[] = [];
  readonly faults: Fault[] = [];
  readonly #startedAtMs = machineNowMs();
  readonly #poisoned = new Set<string>();
  readonly #onSecond: (second: StageSecond) => void;
  readonly #timer: NodeJS.Timeout;
  #events: string[] = [];
  #nextBot = 0;
  #nextGroup = 0;

  /** @param onSecond - gets every second as it ends */
  static async open(
    options: StageOptions,
    onSecond: (second: StageSecond) => void = () => undefined,
  ): Promise<Stage> {
    const cluster = await Cluster.start({
      game: CHAOS_GAME,
      nodes: options.nodes,
      env: options.nodeEnv ?? {},
      canBeCutOff: options.canBeCutOff ?? true,
      logFolder: options.logFolder,
    });
    return new Stage(cluster, new Crew(options.bots), onSecond);
  }

  private constructor(cluster: Cluster, crew: Crew, onSecond: (second: StageSecond) => void) {
    this.cluster = cluster;
    this.crew = crew;
    this.watch = new RegionWatch(cluster.redis.client());
    this.#onSecond = onSecond;
    this.#timer = setInterval(() => this.#cutSecond(), SECOND_MS);
  }

  /** Seconds since the stage was opened. */
  get elapsedS(): number {
    return (machineNowMs() - this.#startedAtMs) / SECOND_MS;
  }

  /** Opens rooms and fills them, through the front door. @returns the bots' numbers, by room */
  async fill(party: Party): Promise<readonly (readonly number[])[]> {
    const rooms: number[][] = [];
    const plans: BotPlan[] = [];
    for (let room = 0; room < party.rooms; room++) {
      const group = `g${this.#nextGroup++}`;
      const bots: number[] = [];
      for (let seat = 0; seat < party.botsPerRoom; seat++) {
        const index = this.#nextBot++;
        bots.push(index);
        plans.push({
          index,
          kind: isSdkBot(room, seat, party) ? 'sdk' : 'light',
          roomName: party.roomName,
          group,
          seats: party.botsPerRoom,
          frontDoor: this.cluster.frontDoor,
        });
      }
      rooms.push(bots);
    }
    await this.crew.join(plans);
    return rooms;
  }

  /** Tells the timeline what happens, and the judges whom it may concern. */
  mark(what: string, concerns: Partial<Omit<Fault, 'atMs' | 'what'>> = {}): Fault {
    const { pids = [], roomIds = [], cutsOff = false } = concerns;
    const fault: Fault = { atMs: machineNowMs(), what, pids, roomIds, cutsOff };
    this.faults.push(fault);
    this.#events.push(what);
    return fault;
  }

  /** Makes a room misbehave through one of its bots. */
  misbehave(bot: number, how: Misbehaviour): void {
    const roomId = this.roomOf(bot);
    if (how.kind === 'poison' || how.kind === 'crash') this.#poisoned.add(roomId);
    this.mark(`room ${roomId}: ${how.kind}`, { roomIds: [roomId] });
    this.crew.tell(bot, how);
  }

  roomOf(bot: number): string {
    const joined = this.crew.joins.find((join) => join.bot === bot);
    if (joined === undefined) throw new Error(`Bot ${bot} has not joined.`);
    return joined.roomId;
  }

  /** The node that owns a room now. */
  async nodeOf(roomId: string): Promise<ClusterNode | undefined> {
    const [owners, ids] = await Promise.all([this.watch.owners(), this.cluster.nodeIds()]);
    const nodeId = owners.get(roomId);
    return this.cluster.nodes.find(({ address }) => ids.get(address) === nodeId);
  }

  /** How many rooms each running node owns. */
  async roomsByNode(): Promise<ReadonlyMap<ClusterNode, number>> {
    const [owners, ids] = await Promise.all([this.watch.owners(), this.cluster.nodeIds()]);
    const counts = new Map<string, number>();
    for (const nodeId of owners.values()) counts.set(nodeId, (counts.get(nodeId) ?? 0) + 1);
    return new Map(
      this.cluster.running.map((node) => [node, counts.get(ids.get(node.address) ?? '') ?? 0]),
    );
  }

  /** Waits until every bot has its seat and a state, or was told that it lost it. @returns false when `withinMs` passed first */
  async settled(withinMs = SETTLED_WITHIN_MS): Promise<boolean> {
    const deadlineMs = machineNowMs() + withinMs;
    for (let calm = 0; calm < 3; ) {
      if (machineNowMs() > deadlineMs) {
        this.mark(`${this.crew.tally.searching} players still search after ${withinMs / 1_000} s`);
        return false;
      }
      await sleep(TALLY_MS);
      const { seated, searching, ended } = this.crew.tally;
      const isCalm = searching === 0 && seated + ended >= this.crew.joins.length;
      calm = isCalm ? calm + 1 : 0;
    }
    this.mark('everybody plays');
    return true;
  }

  /** Waits until every player of a room has heard that it is lost. @returns false when `withinMs` passed first */
  async whenLost(roomId: string, withinMs = SETTLED_WITHIN_MS): Promise<boolean> {
    const players = this.crew.joins.filter((joined) => joined.roomId === roomId).length;
    const deadlineMs = machineNowMs() + withinMs;
    while (machineNowMs() < deadlineMs) {
      const told = this.crew.endings.filter((ending) => ending.roomId === roomId).length;
      if (told >= players) {
        this.mark(`${roomId} is lost, its ${players} players know`);
        return true;
      }
      await sleep(LOOK_EVERY_MS);
    }
    this.mark(`the players of ${roomId} were not told that it is lost`);
    return false;
  }

  /** Lets time pass with the game going on. */
  async play(seconds: number): Promise<void> {
    await sleep(seconds * SECOND_MS);
  }

  /** Ends the game: bots fall silent, are asked what they saw, and leave. */
  async finish(): Promise<Evidence> {
    this.crew.hush();
    await sleep(HUSH_MS);
    await this.crew.report();
    await this.crew.leave();
    const leftovers = await this.#leftovers();
    const { joins, failedJoins, stays, endings } = this.crew;
    const { ownerships, foreignWrites } = this.watch;
    return {
      ...{ joins, failedJoins, stays, endings, ownerships, foreignWrites, leftovers },
      faults: this.faults,
      poisonedRooms: this.#poisoned,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.crew[Symbol.asyncDispose]();
    await this.watch[Symbol.asyncDispose]();
    await this.cluster[Symbol.asyncDispose]();
  }

  async #leftovers(): Promise<readonly string[]> {
    const deadlineMs = machineNowMs() + LEFTOVERS_WITHIN_MS;
    for (;;) {
      const leftovers = await this.watch.leftovers();
      if (leftovers.length === 0 || machineNowMs() > deadlineMs) return leftovers;
      await sleep(LOOK_EVERY_MS);
    }
  }

  #cutSecond(): void {
    const { seated, searching, ended, worstLateMs } = this.crew.tally;
    const second: StageSecond = {
      at: Math.round(this.elapsedS),
      ...{ seated, searching, ended, worstLateMs },
      states: this.crew.takeStates(),
      events: this.#events,
    };
    this.#events = [];
    this.seconds.push(second);
    this.#onSecond(second);
  }
}

/** One in each room first, so that as many rooms as possible are seen by the real SDK. */
function isSdkBot(room: number, seat: number, { rooms, sdkBots = 0 }: Party): boolean {
  return seat * rooms + room < sdkBots;
}

function sleep(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
